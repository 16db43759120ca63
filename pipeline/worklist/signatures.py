"""Signatures of protocols and of templates of letters: a clinician or a steward stands for the file
as it is; a changed file is signed anew."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import insert, select

from pipeline.core import UsageError, clock, printable, settings, zone
from pipeline.worklist.audit import write_access
from pipeline.worklist.items import in_utc
from pipeline.worklist.tables import signature

SIGNERS = ("clinician", "steward")
LONGEST = 100  # characters of a name
SHOWN = 12  # digits of a SHA-256
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Signature:
    """protocol: name and version, or the name of a template. name, role: of who signed. signed_at:
    in UTC; of a day that was given, its first moment. who: the account that recorded it. sha256: of
    what was signed, in hex."""

    protocol: str
    name: str
    role: str
    signed_at: datetime
    who: str
    sha256: str

    @property
    def signed_on(self):
        "The day, in the time zone of the site"
        return self.signed_at.astimezone(zone()).date()

    @property
    def by(self):
        "For people"
        return f"{self.name}, {self.role}, on {self.signed_on}"


def sign(
    store, *, sha256, protocol, name, role, actor, origin=None, what="protocol_signed",
    signed_on=None,
):  # fmt: skip
    """Record that a person signed the file of a SHA-256, with an entry of the audit of the kind
    `what`; returns the Signature. signed_on: the day, today without it. Raises UsageError for a
    name, a role or a day that cannot be used."""
    name = _name(name)
    if role not in SIGNERS:
        raise UsageError(f"Only a {' or a '.join(SIGNERS)} can sign.")
    signed = Signature(protocol, name, role, _moment(signed_on), actor.name, sha256)
    detail = f"{protocol}, SHA-256 {sha256[:SHOWN]}…, by {name}, {role}"
    if signed_on:
        detail += f", dated {signed_on}"
    with store.writing() as con:
        con.execute(insert(signature).values(**vars(signed)))
        write_access(con, actor=actor, what=what, detail=detail, origin=origin)
    return signed


def _name(name):
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or name != printable(name):
        raise UsageError(f"Give the name of who signs, at most {LONGEST} characters.")
    return name


def _moment(day):
    "The present one of today, whose order is known; else the first of the day"
    if day is None or day == clock.today():
        return datetime.now(UTC)
    if not EARLIEST <= day <= clock.today():
        raise UsageError(f"{day} cannot be the day of a signature. Give today or an earlier day.")
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def signature_of(store, sha256):
    """The newest Signature of the file of a SHA-256, None where it is not signed."""
    return next(iter(_read(store, signature.c.sha256 == sha256, most=1)), None)


def signed_already(store, sha256, name):
    """The Signature of the file of a SHA-256 by a person of this name, in any case of letters; None
    without one."""
    name = " ".join(name.split()).casefold()
    found = _read(store, signature.c.sha256 == sha256)
    return next((one for one in found if one.name.casefold() == name), None)


def protocol_signatures(store, pack=None):
    """The Signatures of protocols, of every text, newest first; pack: of the packs of this name."""
    found = _read(store, signature.c.protocol.contains(" "))  # a template has a name alone
    return [one for one in found if pack in (None, one.protocol.split(" ")[0])]


def _read(store, condition, *, most=None):
    columns = (signature.c[name] for name in Signature.__dataclass_fields__)
    newest = select(*columns).where(condition).order_by(signature.c.id.desc()).limit(most)
    with store.reading() as con:
        rows = con.execute(newest).mappings().all()
    return [Signature(**{**row, "signed_at": in_utc(row["signed_at"])}) for row in rows]


@dataclass(frozen=True)
class PackStanding:
    """Whether a pack is signed as it is. protocol: name and version. signature: of this text;
    earlier: of another text of the pack, the newest. next_review: a day, None where it is not
    known."""

    protocol: str
    signature: Signature | None
    earlier: Signature | None = None
    next_review: date | None = None

    @property
    def is_overdue(self):
        "Whether its next review was due before today"
        return self.next_review is not None and self.next_review < clock.today()

    @property
    def is_in_order(self):
        return self.signature is not None and not self.is_overdue

    @property
    def warnings(self):
        """What is not in order, a sentence each."""
        return tuple(filter(None, (self._unsigned, self._overdue)))

    @property
    def _unsigned(self):
        if self.signature:
            return None
        if self.earlier:
            return (
                f"The protocol {self.protocol} is not signed as it is: {self.earlier.name} signed"
                f" another text ({self.earlier.protocol}) on {self.earlier.signed_on}, or its"
                " names meant something else then."
            )
        return f"The protocol {self.protocol} is not signed."

    @property
    def _overdue(self):
        if not self.is_overdue:
            return None
        return f"The review of the protocol {self.protocol} was due on {self.next_review}."


def pack_standing(store, *, protocol, sha256, next_review=None):
    """The PackStanding of the pack of this name and version whose SHA-256 is this."""
    signed = signature_of(store, sha256) if sha256 else None
    earlier = None if signed else protocol_signatures(store, protocol.split(" ")[0])
    return PackStanding(protocol, signed, next(iter(earlier or ()), None), next_review)


def standing_of_pack(store, pack):
    """The PackStanding of a Pack, as its text and what its names mean are now."""
    return pack_standing(
        store, protocol=pack.versioned_name, sha256=pack.signed_sha256,
        next_review=pack.raw["next_review"],
    )  # fmt: skip


def has_store(home):
    """Whether a home has a worklist database already, so that looking makes none."""
    is_elsewhere = home.database_url or settings().database_url
    return bool(is_elsewhere) or (home.root / "worklist.db").exists()

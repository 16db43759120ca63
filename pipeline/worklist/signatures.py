"""Signatures of protocols and of templates of letters: a clinician or a steward stands for the file
as it is; a changed file is signed anew."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select

from pipeline.core import UsageError, printable
from pipeline.worklist.audit import write_access
from pipeline.worklist.items import in_utc
from pipeline.worklist.tables import signature

SIGNERS = ("clinician", "steward")
LONGEST = 100  # characters of a name
SHOWN = 12  # digits of a SHA-256


@dataclass(frozen=True)
class Signature:
    """protocol: name and version, or the name of a template. name, role: of who signed. signed_at:
    in UTC. who: the account that recorded it."""

    protocol: str
    name: str
    role: str
    signed_at: datetime
    who: str


def sign(
    store, *, sha256, protocol, name, role, actor, origin=None, what="protocol_signed"
):  # fmt: skip
    """Record that a person signed the file of a SHA-256, with an entry of the audit of the kind
    `what`; returns the Signature. Raises UsageError for a name or a role that cannot be used."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or name != printable(name):
        raise UsageError(f"Give the name of who signs, at most {LONGEST} characters.")
    if role not in SIGNERS:
        raise UsageError(f"Only a {' or a '.join(SIGNERS)} can sign.")
    signed = Signature(protocol, name, role, datetime.now(UTC), actor.name)
    detail = f"{protocol}, SHA-256 {sha256[:SHOWN]}…, by {name}, {role}"
    with store.writing() as con:
        con.execute(insert(signature).values(sha256=sha256, **vars(signed)))
        write_access(con, actor=actor, what=what, detail=detail, origin=origin)
    return signed


def signature_of(store, sha256):
    """The newest Signature of the file of a SHA-256, None where it is not signed."""
    columns = (signature.c[name] for name in Signature.__dataclass_fields__)
    newest = select(*columns).where(signature.c.sha256 == sha256).order_by(signature.c.id.desc())
    with store.reading() as con:
        row = con.execute(newest.limit(1)).mappings().one_or_none()
    return Signature(**{**row, "signed_at": in_utc(row["signed_at"])}) if row else None

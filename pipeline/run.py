"""The walk, in order: land, claim, ingest, screen, publish. The command line and the DAGs call these functions."""

from datetime import UTC, date, datetime

from pipeline import lake, quality, worklist
from pipeline.accounts import Account
from pipeline.claims import claim_waiting, ingest_claimed
from pipeline.config import DEFAULT_PACK
from pipeline.errors import GateClosed, InvalidProtocol, LakeUnavailable, UsageError
from pipeline.landing import land as land_files
from pipeline.notes import take_in_notes
from pipeline.protocol import load
from pipeline.protocol.check import problems
from pipeline.publish import manifests, publish
from pipeline.readers import adopt
from pipeline.report import describe
from pipeline.screen import screened


def land(home, paths, source):
    """Copy files and folders into `landing/`; returns how many files wait there now because of it."""
    landed, _ = land_files(home, paths, adopt(source, home))
    return len(landed)


def ingest(home, paths, source, progress=lambda account: None):
    """Land the paths and ingest everything that waits; returns the Account of each file."""
    land(home, paths, source)
    accounts = []
    for claimed in claim_waiting(home):
        if found := ingest_claimed(home, claimed):
            accounts.append(Account(**found))
            progress(accounts[-1])
    return accounts


def screen_population(home, as_of=None, pack=None, progress=lambda name: None):
    """Screen everyone, gate, publish; returns `{"run_id", "published", "patients", "worklist", "notes_left", "is_followed"}`, counts only.

    notes_left: clinicians' notes that the ingest rejected. is_followed: whether the items of the worklist follow this run.

    Raises GateClosed when a critical expectation failed: the run's quality.json is kept, `latest` stays where it is.
    """
    started = datetime.now(UTC)
    if lake.open_table(home, "delivery") is None:
        raise LakeUnavailable(
            f"There is no lake under {home.root}: nothing was ever ingested there. Check --home, or type: b12 ingest PATH --source PROFILE"
        )
    quality.prepare()
    pack, as_of = checked(pack), parse_day(as_of) if as_of else date.today()
    store = worklist.open_store(home)
    _, notes_left = take_in_notes(home, store)
    with screened(home, pack=pack, as_of=as_of, published=manifests(home), progress=progress) as (con, versions, folder):
        outcomes, validations = quality.validated(con)
        closed = quality.closed_by(outcomes)
        manifest = publish(
            con, home, pack=pack, as_of=as_of, versions=versions, folder=folder, outcomes=outcomes, started=started,
            validations=validations, is_closed=bool(closed),
        )  # fmt: skip
        worklist.follow(home, store)
        if closed:
            raise GateClosed(quality.message(outcomes))
    return _told(manifest, store, notes_left)


def _told(manifest, store, notes_left):
    is_followed = (worklist.followed_run(store) or {}).get("run_id") == manifest["run_id"]
    rows = {"patients": manifest["rows"]["assessment"], "worklist": manifest["rows"]["worklist"]}
    return {"run_id": manifest["run_id"], "published": True, **rows, "notes_left": notes_left, "is_followed": is_followed}


def checked(pack=None):
    """The protocol pack, read and found sound. Raises InvalidProtocol with the first problems, each with file and line."""
    found = load(pack or DEFAULT_PACK)
    if wrong := problems(found):
        listed = "; ".join(f"{file}:{line}: {message}" for file, line, message in wrong[:5])
        raise InvalidProtocol(f"The protocol pack {found.name} has {len(wrong)} problems: {listed}. See `b12 protocol check`.")
    return found


def parse_day(text):
    """A day written YYYY-MM-DD. Raises UsageError."""
    try:
        return text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is no day; write it as YYYY-MM-DD.") from None


def compact_lake(home):
    """Merge the small files of every lake table; returns how many files each lost."""
    return lake.compact(home)


def vacuum_lake(home):
    """Delete files of the lake that nothing reads any more; returns how many by table."""
    return lake.vacuum(home)


def describe_latest(home, b12="b12"):
    """What the last published run found, for a person to read who calls the command as `b12`."""
    return describe(home, b12=b12)

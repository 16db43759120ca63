"""Which list people see, how old its data are, and what has kept a newer one away: the last run
failed, is held or was closed, or a newer list is overdue."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from pipeline import worklist
from pipeline.core import InvalidProtocol, clock, counted, zone
from pipeline.operations.deadlines import due_day
from pipeline.operations.deadlines_file import read_deadlines
from pipeline.runs import HELD, held_manifests, known_manifest, last_failure

OLD = timedelta(days=2)  # where a site sets no deadline: neither today's list nor yesterday's


@dataclass(frozen=True)
class Notice:
    """Why the list is not the newest. kind: failed, held, closed or late. says: for people; days
    as 2026-11-28. run_id, as_of: of the run that it is about, None without one."""

    kind: str
    says: str
    run_id: str | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Standing:
    """Of the list that people see: its as-of date, when its run started (UTC), how old it is in
    words; None before the first. notice: None while all is in order. pack: whether the protocol by
    which the run was screened is signed, and its review not overdue."""

    as_of: date | None
    started_at: datetime | None
    age: str | None
    notice: Notice | None
    pack: worklist.PackStanding | None = None

    @property
    def seen(self):
        "Which list people see, in words; with the time where the day alone does not tell"
        if self.as_of is None or self.started_at is None:
            return "No list has been published yet."
        is_told_apart = self.notice is None or self.notice.as_of != self.as_of
        time = "" if is_told_apart else f", {self.started_at.astimezone(zone()):%H:%M}"
        return f"You are seeing the list of {self.as_of}{time}."


def standing_of(home, store, now=None):
    """The Standing of a home: from a few rows of the store and three small files. Raises
    StorageError."""
    now = now or datetime.now(UTC)
    followed = worklist.followed_run(store)
    notice = _newest_notice(home, store, followed) or _late(home, followed, now)
    if followed is None:
        return Standing(None, None, None, notice)
    started = _in_utc(followed["started_at"])
    pack = pack_standing_of(home, store, followed["run_id"]) if followed["protocol"] else None
    return Standing(followed["as_of"], started, _age(followed["as_of"]), notice, pack)


def pack_standing_of(home, store, run_id):
    """The worklist.PackStanding, as it is now, of the protocol by which a run was screened; None of
    a run whose folder is gone."""
    version = _protocol_of(home, run_id)
    if version is None:
        return None
    counts_for = version.signed_sha256 or version.sha256  # a run of an earlier version: the files
    return worklist.pack_standing(
        store, protocol=str(version), sha256=counts_for, next_review=version.next_review
    )


def _protocol_of(home, run_id):
    try:
        return known_manifest(home.runs / run_id).protocol
    except FileNotFoundError:
        return None


def _age(as_of):
    days = (clock.today() - as_of).days
    return "today" if days == 0 else f"{counted(days, 'day')} old" if days > 0 else "in the future"


def _in_utc(at):
    "SQLite keeps no offset"
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _newest_notice(home, store, followed):
    "Of the newest thing that happened since the run that people see started"
    since = _in_utc(followed["started_at"]) if followed else datetime.min.replace(tzinfo=UTC)
    happened = [*_failed(home), *_held(home), *_closed(store)]
    newest = max(happened, key=lambda event: event[0], default=None)
    if newest is None or newest[0] <= since:
        return None
    _, notice = newest
    is_earlier = followed and notice.as_of and notice.as_of < followed["as_of"]
    return None if is_earlier else notice


def _failed(home):
    if failure := last_failure(home):
        at = failure.at.astimezone(zone())
        says = f"The run of {at.date()}, {at:%H:%M}, failed."
        yield failure.at, Notice("failed", says)


def _held(home):
    held = tuple(sorted(home.runs.glob(f"{HELD}*/manifest.json")))
    for run in _held_runs(home, *held)[:1] if held else ():
        says = f"The run of {run.as_of} waits for a steward's decision: {run.why_held}."
        yield run.started, Notice("held", says, run.run_id, run.as_of)


@lru_cache(maxsize=8)
def _held_runs(home, *_):
    "Their manifests name every file of the lake, and do not change while they wait"
    return held_manifests(home)


def _closed(store):
    for run in worklist.runs(store, limit=1):
        if run["state"] == "closed":
            says = f"The run of {run['as_of']} was not published: its gate is closed."
            notice = Notice("closed", says, run["run_id"], run["as_of"])
            yield _in_utc(run["started_at"]), notice


def _late(home, followed, now):
    if followed is None:
        return None
    by, as_of = _worklist_by(home), followed["as_of"]
    if by is None:
        if clock.today() - as_of < OLD:
            return None
        return Notice("late", "No newer list was published.")
    if as_of >= (due := due_day(by, now)):
        return None
    return Notice("late", f"The list of {due} was due by {by:%H:%M}: it is late.")


def _worklist_by(home):
    "The site's deadline; of a file that cannot be used, which the doctor tells, none"
    try:
        stat = (home.root / "deadlines.yaml").stat()
        return _read(home, stat.st_mtime_ns, stat.st_size)
    except (OSError, InvalidProtocol):
        return None


@lru_cache(maxsize=8)
def _read(home, *_):
    return read_deadlines(home).worklist_by

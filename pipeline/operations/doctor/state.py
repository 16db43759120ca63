"""Checks of the state: the lake, the runs, the store, what waits, what was left over, the
archive."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import worklist
from pipeline.core import InvalidProtocol, counted
from pipeline.erasure import ledger
from pipeline.landing import list_files, spooled_files
from pipeline.operations.doctor.data import AGAIN, of_archive, of_lake, of_object_store
from pipeline.operations.doctor.finding import look, ok, tried, wrong
from pipeline.operations.refusals import refused_files, told_refusals
from pipeline.operations.standing import pack_standing_of
from pipeline.protocol import pack_of_run
from pipeline.runs import held_manifests, last_failure, manifests, parquet_files, read_manifest

AN_HOUR = 3600
A_DAY = 24 * AN_HOUR


def of_state(home, *, is_deep):
    """What is found of the state."""
    if not home.root.is_dir():
        return
    yield tried("The lake", of_lake, home)
    if home.lake_url:
        yield tried("The object store of the lake", of_object_store, home)
    yield tried("The runs", _latest, home)
    yield from filter(None, [tried("The protocol of the list", _protocol, home)])
    yield tried("The last run", _failed, home)
    yield tried("The clock", _clock, home)
    yield tried("The worklist database", _store, home)
    yield tried("Waiting files", _waiting, home)
    yield tried("Received messages", _received, home)
    yield tried("Claimed files", _claimed, home)
    yield tried("Refused files", _refusals, home)
    yield tried("Leftover folders", _left_over, home)
    yield tried("The archive", of_archive, home, is_deep)


def _latest(home):
    link = home.runs / "latest"
    if not link.is_symlink():
        return look("No run was published yet", "Type: b12 screen")
    if not (link / "manifest.json").exists():
        todo = f"{AGAIN}, or screen again: b12 screen"
        return wrong("runs/latest names a run that does not exist", todo)
    manifest = read_manifest(link)
    if broken := _broken_files(home, link, manifest.rows):
        what = f"The latest run is incomplete: {', '.join(broken)}"
        return wrong(what, "Screen again: b12 screen")
    if not _is_kept(link, manifest.protocol):
        what = "The protocol that the latest run keeps is not the one that it was screened by"
        return wrong(what, f"Restore {link.resolve()} from a backup, or screen again: b12 screen")
    if not manifest.is_past_or_near:
        what = f"The latest run is as of {manifest.as_of}, which is in the future"
        return wrong(what, "Screen again, as of today: b12 screen")
    if held := len(held_manifests(home)):
        todo = "b12 runs lists them; decide with b12 decide, or in Airflow under Required Actions"
        return look(f"{counted(held, 'run waits', 'runs wait')} for a steward's decision", todo)
    listed = counted(manifest.rows.worklist, "patient")
    return ok(f"The latest run, {link.resolve().name}, is complete: {listed} on the worklist")


def _protocol(home):
    "Of the list that people see: whether it is signed, and its review not overdue"
    if not worklist.has_store(home):
        return None
    with closing(worklist.open_store(home)) as store:
        followed = worklist.followed_run(store)
        standing = pack_standing_of(home, store, followed["run_id"]) if followed else None
    if standing is None:
        return None
    if standing.signature and not standing.is_overdue:
        return ok(f"The protocol {standing.protocol} is signed by {standing.signature.by}")
    what = " ".join(standing.warnings).rstrip(".")
    return look(what, "Have it reviewed and signed: b12 protocol sign PACK --name NAME")


def _is_kept(folder, protocol):
    try:
        pack_of_run(folder, protocol, is_needed=False)
    except InvalidProtocol:
        return False
    return True


def _failed(home):
    if failure := last_failure(home):
        what = f"The last run failed at {failure.at:%Y-%m-%d %H:%M} UTC: {failure.why.rstrip('.')}"
        return look(what, "Follow the message, then type: b12 screen")
    return ok("The last run did not fail")


def _broken_files(home, folder, rows):
    counted = {"assessment": (rows.assessment, rows.files), "worklist": (rows.worklist, 1)}
    broken = [
        f"{name}.parquet"
        for name, (number, files) in counted.items()
        if not _holds(home, parquet_files(folder, name), number, files)
    ]
    others = ("worklist.csv", "summary.json", "quality.json")
    return broken + [name for name in others if not (folder / name).exists()]


def _holds(home, paths, number, files):
    """As many files and rows as the manifest says, or fewer rows once a patient was erased: the
    manifest stays as it was published"""
    try:
        found = sum(pq.read_metadata(path).num_rows for path in paths)
    except (OSError, pa.ArrowInvalid):
        return False
    is_erased = found < number and bool(ledger.entries(home.root / ledger.LEDGER))
    return len(paths) == files and (found == number or is_erased)


def _clock(home):
    now = datetime.now(UTC)
    newest = max((run.started for run in manifests(home, published_only=False)), default=now)
    if newest > now + timedelta(days=1):
        return wrong(
            f"A run started at {newest:%Y-%m-%d %H:%M} UTC, which is in the future",
            "Set the computer's clock, then type: b12 screen",
        )
    if newest > now:
        return look(
            f"A run started at {newest:%H:%M} UTC, which is in the future",
            "The clock went back; runs keep their order until it has caught up",
        )
    return ok(f"No run is later than the current time, {now:%Y-%m-%d %H:%M} UTC")


def _store(home):
    if not worklist.has_store(home):
        return look(
            "There is no worklist database yet", "The next screening creates it: b12 screen"
        )
    store = worklist.open_store(home)
    try:
        people = counted(len(worklist.users(store)), "person", "people")
        kind = "SQLite, in the home" if store.is_sqlite else "PostgreSQL"
        return ok(
            f"The worklist database ({kind}) is available and up to date; {people} may log in"
        )
    finally:
        store.close()


def _waiting(home):
    now = time.time()
    waits = list(list_files(home.landing)) if home.landing.is_dir() else []
    stuck = [one for one in waits if now - one.changed_at > A_DAY]
    if stuck:
        return look(
            f"{counted(len(stuck), 'file has', 'files have')} been waiting in landing/ for over a"
            " day",
            "Check that each folder is named after a profile and each manifest is complete. Then"
            " type: b12 ingest",
        )
    return ok(f"{counted(len(waits), 'file waits', 'files wait')} in landing/")


def _received(home):
    now, files = time.time(), spooled_files(home)
    stuck = sorted({path.parent.name for path in files if now - path.stat().st_ctime > AN_HOUR})
    if stuck:
        return look(
            f"Received messages have been in spool/ for over an hour: {', '.join(stuck)}",
            f"Start b12 receive --source {stuck[0]}: it moves them into landing/. Its log says what"
            " is wrong",
        )
    return ok(f"{counted(len(files), 'file')} of received messages in spool/")


def _claimed(home):
    unread = []
    files = list(list_files(home.claimed, unread=unread.append)) if home.claimed.is_dir() else []
    if unread:
        what = counted(len(unread), "claimed file or folder", "claimed files or folders")
        return look(
            f"{what} cannot be read",
            f"Check the owner and the permissions in {home.claimed}, then type: b12 ingest",
        )
    if claimed := len(files):
        return look(
            f"{counted(claimed, 'file is', 'files are')} claimed but not yet ingested",
            "The next ingest takes them; if none is scheduled, type: b12 ingest",
        )
    return ok("No claimed file is waiting to be ingested")


def _refusals(home):
    files = refused_files(home)
    counting = [file for file in files if file.settled is None]
    if counting:
        return look(
            f"{told_refusals(counting)}: the rows are missing in the data",
            "b12 refused says why, and what to do",
        )
    settled = f"; replaced or dismissed since: {len(files):,}" if files else ""
    return ok(f"No file is refused or in quarantine{settled}")


def _left_over(home):
    left = len(list(home.work.iterdir())) if home.work.is_dir() else 0
    if left:
        belong = counted(left, "folder in work/ belongs", "folders in work/ belong")
        return look(
            f"{belong} to a running or killed process",
            "The next ingest or screening removes those of killed processes",
        )
    return ok("work/ is empty")

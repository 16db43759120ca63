"""Checks of the data: the lake and the archive."""

from contextlib import closing

from pipeline import lake
from pipeline.core import counted
from pipeline.engine import connect
from pipeline.ingest import replay
from pipeline.lake import TABLES
from pipeline.landing import is_as_archived, is_expired, is_rewritten
from pipeline.operations.doctor.finding import look, ok, wrong

AGAIN = "Restore the backup (docs/runbook.md, Restore)"


def of_lake(home):
    """Whether every table opens, with all its files, and none is gone."""
    tables = {
        table: delta for table in TABLES if (delta := lake.open_table(home, table)) is not None
    }
    missing = {
        table: n for table, delta in tables.items() if (n := lake.missing_files(home, delta))
    }
    if missing:
        named = ", ".join(f"{table} {number}" for table, number in missing.items())
        return wrong(
            f"Lake files are missing: {named}",
            f"{AGAIN}, or replay the archive: b12 reingest",
        )
    if not tables:
        return look("The lake is empty", "Type: b12 ingest PATH --source PROFILE")
    with closing(connect()) as con:
        lake.check_tables_present(con, home, lake.attach(con, home))
    return ok(f"The lake is complete: {counted(len(tables), 'table')}")


def of_object_store(home):
    """Whether the object store of a lake keeps what was erased."""
    if lake.keeps_old_objects(home):
        return look(
            f"The bucket of {home.lake_url} keeps past versions of objects, so that erased patients"
            " stay in it",
            "Let a lifecycle rule of the bucket remove noncurrent versions after a day, or turn"
            " versioning off",
        )
    return ok(f"The lake is at {home.lake_url}, whose bucket keeps no past versions of objects")


def of_archive(home, is_deep):
    """Whether it holds every delivered file that is not past its retention; is_deep: as it was
    delivered, by its SHA-256."""
    delivered = replay.delivered_paths(home)
    paths = {path: each for path, each in delivered.items() if not is_expired(path)}
    if missing := sum(not path.exists() for path in paths):
        todo = f"{AGAIN}; the lake cannot be replayed without them"
        return wrong(
            f"{counted(missing, 'delivered file is', 'delivered files are')} not in the archive",
            todo,
        )
    if not is_deep:
        return ok(_held(paths, len(delivered) - len(paths)))
    changed = sum(not is_as_archived(path, each.sha256) for path, each in paths.items())
    if changed:
        files = counted(changed, "archived file is", "archived files are")
        what = f"{files} neither as delivered nor as an erasure left them"
        return wrong(what, f"{AGAIN}; check the disk, and who can write to it")
    rewritten = sum(map(is_rewritten, paths))
    erased = f"; {rewritten:,} of them without the patients erased since" if rewritten else ""
    files = counted(len(paths), "archived file is", "archived files are")
    return ok(f"All {files} as delivered, byte for byte{erased}")


def _held(paths, expired):
    said = f"The archive holds all {counted(len(paths), 'delivered file')}"
    if expired:
        said += f" but {expired:,} past their retention, whose rows stay"
    if paths:
        oldest = min(each.received_at for each in paths.values())
        room = sum(path.stat().st_size for path in paths) / 1e9
        said += f"; the oldest was received on {oldest:%Y-%m-%d}, and they take {room:,.1f} GB"
    return f"{said}; --deep reads them"

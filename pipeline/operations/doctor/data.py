"""Checks of the data: the lake and the archive."""

from contextlib import closing
from pathlib import Path

from pipeline import lake
from pipeline.core import sha256_of
from pipeline.engine import connect, rows_of, storage_errors
from pipeline.erasure import ledger
from pipeline.lake import TABLES
from pipeline.landing import stored_path
from pipeline.operations.doctor.finding import look, ok, wrong

AGAIN = "Restore the backup (docs/runbook.md, Restore)"


def of_lake(home):
    """Whether every table opens, with all its files, and none is gone."""
    tables = {
        table: delta for table in TABLES if (delta := lake.open_table(home, table)) is not None
    }
    missing = {
        table: n
        for table, delta in tables.items()
        if (n := sum(not Path(path).exists() for path in lake.file_paths(delta)))
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
    return ok(f"The lake is complete: {len(tables)} tables")


DELIVERED = """
select source, sha256, any_value(file) as name
from lake.delivery where refused is null group by all
"""


def of_archive(home, is_deep):
    """Whether it holds every delivered file; is_deep: as it was delivered, by its SHA-256."""
    with closing(connect()) as con, storage_errors(home):
        lake.attach(con, home, only=())
        delivered = rows_of(con, DELIVERED)
    paths = {stored_path(home, folder="archive", **file): file["sha256"] for file in delivered}
    if missing := sum(not path.exists() for path in paths):
        todo = f"{AGAIN}; the lake cannot be replayed without them"
        return wrong(f"{missing} delivered files are not in the archive", todo)
    if not is_deep:
        return ok(f"The archive holds all {len(paths):,} delivered files; --deep reads them")
    changed = sum(sha256_of(path) != sha256 for path, sha256 in paths.items())
    if not changed:
        return ok(f"The {len(paths):,} archived files are as delivered, byte for byte")
    what = f"{changed} archived files differ from what was delivered"
    if ledger.entries(home.root / ledger.LEDGER):
        todo = "Expected for files with an erased patient; otherwise restore them from the backup"
        return look(what, todo)
    return wrong(what, f"{AGAIN}; check the disk, and who can write to it")

"""Screen: the lake's tables become facts, the facts become decisions; one DuckDB database holds it all."""

import shutil
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline import lake
from pipeline.database import connect
from pipeline.decide import decide_in_turn
from pipeline.protocol.tables import register
from pipeline.relations import build, names

BUILDERS = {"screening.fit": decide_in_turn}


@contextmanager
def screened(home, *, pack, as_of, published=(), progress=lambda name: None):
    """The screened population: yields the DuckDB connection and the lake's table versions; becomes `b12.duckdb` if all went well.

    published: manifests of the runs published before, newest first. Readers keep the old `b12.duckdb` until the new one is
    whole: it is built beside it and renamed over it.
    """
    folder = home.work / "screen"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    con = connect(folder / "b12.duckdb", spill=folder / "spill")
    try:
        versions = prepare(con, home, pack=pack, as_of=as_of, published=published)
        build(con, [name for schema in ("clinical", "screening", "reporting") for name in names(schema)], builders=BUILDERS, progress=progress)
        yield con, versions
        con.close()
        (folder / "b12.duckdb").replace(home.cache)
    finally:
        con.close()
        shutil.rmtree(folder, ignore_errors=True)


def prepare(con, home, *, pack, as_of, published=(), versions=None, patients=None):
    """Register the protocol, the night and the lake in a connection; returns the version of each lake table."""
    register(con, pack)
    con.execute(
        "create or replace table protocol.run as select $1::date as as_of, $2::timestamptz as screened_at",
        [as_of, datetime.now(UTC)],
    )
    found = lake.attach(con, home, versions=versions, patients=patients)
    con.execute("create or replace table lake.published_delivery (source varchar, sha256 varchar)")
    con.execute("create or replace table lake.published_run (run_id varchar, as_of date, patients bigint, worklist bigint)")
    for run in published[:30]:
        row = [run["run_id"], run["as_of"], run["rows"]["assessment"], run["rows"]["worklist"]]
        con.execute("insert into lake.published_run values ($1, $2, $3, $4)", row)
    files = {(file["source"], file["sha256"]) for run in published[:1] for file in run["inputs"]["files"]}
    if files:
        con.executemany("insert into lake.published_delivery values ($1, $2)", sorted(files))
    return found

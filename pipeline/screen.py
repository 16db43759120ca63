"""Screen: the lake's tables become facts, the facts become decisions; in one DuckDB database in memory."""

import fcntl
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from pipeline import lake
from pipeline.accounts import refuse_lost
from pipeline.database import connect, reading
from pipeline.decide import decide_in_turn
from pipeline.errors import LakeUnavailable
from pipeline.locks import alone, remove_unheld
from pipeline.protocol.tables import register
from pipeline.relations import NIGHTLY, build, create_view, keep_as_file, names, select_of

ASSESSMENT = "screening.assessment"
STREAMED = (  # large, and read once or twice: never kept
    "clinical.delivered_result", "clinical.result_version", "clinical.coded_record",
    "clinical.counted_medication", "clinical.patient_evidence",
)  # fmt: skip
BUILDERS = {"screening.fit": decide_in_turn, **dict.fromkeys(STREAMED, create_view)}


@contextmanager
def screened(home, *, pack, as_of, published=(), progress=lambda name: None, **past):
    """The screened population: yields the DuckDB connection, the lake's table versions, and the folder of its files.

    published: manifests of the runs published before, newest first. The assessment is written once, as the file that is
    published; everything else lives in memory and spills beside it. past: for a past night, `versions` and `screened_at`.
    """
    with workroom(home) as (con, folder):
        versions = prepare(con, home, pack=pack, as_of=as_of, published=published, **past)
        builders = {**BUILDERS, ASSESSMENT: partial(_write_assessment, folder=folder)}
        build(con, [name for schema in NIGHTLY for name in names(schema)], builders=builders, progress=progress)
        yield con, versions, folder


@contextmanager
def workroom(home):
    """A DuckDB connection in memory that spills into a folder of its own, and that folder; both go at the end, or with the process.

    Raises LakeUnavailable for a file of the lake that cannot be read.
    """
    folder = home.work / f"screen-{os.getpid()}-{os.urandom(3).hex()}"
    with alone(home, "work"):  # nobody sweeps a folder away before it is locked
        _sweep(home)
        folder.mkdir(parents=True, mode=0o700)
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    con = connect(spill=folder / "spill")
    try:
        with reading(home):
            yield con, folder
    finally:
        con.close()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _sweep(home):
    "Patients' rows that killed screens left, and notes on deliveries that killed claims did: their lock ended with them"
    remove_unheld([*home.work.glob("screen-*"), *home.work.glob("note-*")], ignore_errors=True)


def _write_assessment(con, name, folder):
    keep_as_file(con, name, select_of(name), folder, compression="zstd")


def prepare(con, home, *, pack, as_of, published=(), versions=None, patients=None, screened_at=None):
    """Register the protocol, the night and the lake in a connection; returns the version of each lake table."""
    register(con, pack)
    con.execute(
        "create or replace table protocol.run as select $1::date as as_of, $2::timestamptz as screened_at",
        [as_of, screened_at or datetime.now(UTC)],
    )
    found = lake.attach(con, home, versions=versions, patients=patients)
    if found["delivery"] is None:
        raise LakeUnavailable(f"There is nothing in the lake under {home.lake}. Ingest extracts first: b12 ingest PATH --source PROFILE")
    refuse_lost(con, home, found)
    _register_published(con, home, published)
    return found


def _register_published(con, home, published):
    "What the gates compare with: the lengths of the worklists before, and of the run published last its files and its patients"
    con.execute("create or replace table lake.published_delivery (source varchar, sha256 varchar)")
    con.execute("create or replace table lake.published_patient (patient_id varchar)")
    con.execute("create or replace table lake.published_run (run_id varchar, as_of date, patients bigint, worklist bigint)")
    for run in published[:30]:
        row = [run["run_id"], run["as_of"], run["rows"]["assessment"], run["rows"]["worklist"]]
        con.execute("insert into lake.published_run values ($1, $2, $3, $4)", row)
    for run in published[:1]:
        if files := {(file["source"], file["sha256"]) for file in run["inputs"]["files"]}:
            con.executemany("insert into lake.published_delivery values ($1, $2)", sorted(files))
        assessed = home.runs / run["run_id"] / "assessment.parquet"
        if assessed.exists():
            con.execute("insert into lake.published_patient select patient_id from read_parquet($1)", [str(assessed)])

"""Screen: the lake's tables become facts, the facts become decisions, in one DuckDB database in
memory."""

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import lake
from pipeline.core import LakeUnavailable, exclusive_lock, remove_unlocked
from pipeline.engine import (
    NIGHTLY,
    build,
    connect,
    create_view,
    relation_names,
    select_of,
    storage_errors,
    view_of_parquet,
)
from pipeline.protocol import register
from pipeline.screening.apply_rules import apply_rules

ASSESSMENT = "screening.assessment"
STREAMED = (  # large, and read once or twice: never kept
    "clinical.delivered_result", "clinical.result_version", "clinical.coded_record",
    "clinical.standing_record", "clinical.counted_medication", "clinical.delivered_patient",
    "clinical.patient_evidence",
)  # fmt: skip
BUILDERS = {"screening.fit": apply_rules, **dict.fromkeys(STREAMED, create_view)}
COMPARED = 30  # runs before this one whose worklists the gates compare with


@dataclass(frozen=True)
class Screened:
    """A screened population. con: the DuckDB connection. versions: of the lake's tables. folder:
    holds the assessment's file."""

    con: Any
    versions: dict
    folder: Path


@contextmanager
def screened_population(home, plan, *, published: Sequence = (), progress=lambda name: None):
    """Screen everyone as a RunPlan says; yields the Screened population, which goes at the end.

    published: manifests of the runs published before, newest first. The assessment is written once,
    as the file that is published; everything else lives in memory and spills to disk.
    """
    past = plan.replay_of
    with scratch_database(home) as (con, folder):
        versions = register_inputs(
            con,
            home,
            pack=plan.pack,
            as_of=plan.as_of,
            published=published,
            versions=past.inputs.tables if past else None,
            screened_at=past.started if past else None,
        )
        builders = {**BUILDERS, ASSESSMENT: partial(_write_assessment, folder=folder)}
        wanted = [name for schema in NIGHTLY for name in relation_names(schema)]
        build(con, wanted, builders=builders, progress=progress)
        yield Screened(con, versions, folder)


@contextmanager
def scratch_database(home):
    """A DuckDB connection in memory that spills into a folder of its own, and that folder; both go
    at the end.

    Raises LakeUnavailable for a file of the lake that cannot be read, and StorageError for a full
    disk or memory.
    """
    folder = home.work / f"screen-{os.getpid()}-{os.urandom(3).hex()}"
    with exclusive_lock(
        home, "work"
    ):  # a folder is locked before another process could take it for an orphan
        _remove_orphans(home)
        folder.mkdir(parents=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    con = connect(spill=folder / "spill")
    try:
        with storage_errors(home):
            yield con, folder
    finally:
        con.close()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _remove_orphans(home):
    """Patients' rows that killed screenings left, and notes on deliveries that killed claims left:
    their lock ended with them"""
    remove_unlocked([*home.work.glob("screen-*"), *home.work.glob("note-*")], ignore_errors=True)


def _write_assessment(con, name, folder):
    view_of_parquet(con, name, select_of(name), folder, compression="zstd")


def register_inputs(
    con, home, *, pack, as_of, published=(), versions=None, patients=None, screened_at=None
):
    """Register the protocol, the day, the lake and the runs before in a connection; returns the
    version of each lake table.

    versions, patients: as for `lake.attach`. screened_at: for a past run, when it was screened.
    Raises LakeUnavailable.
    """
    register(con, pack)
    con.execute(
        "create or replace table protocol.run as select $1::date as as_of, $2::timestamptz as"
        " screened_at",
        [as_of, screened_at or datetime.now(UTC)],
    )
    attached = lake.attach(con, home, versions=versions, patients=patients)
    if attached["delivery"] is None:
        raise LakeUnavailable(
            f"The lake under {home.lake} is empty. Ingest extracts first: b12 ingest PATH --source"
            " PROFILE"
        )
    lake.check_tables_present(con, home, attached)
    _register_published(con, home, published)
    return attached


def _register_published(con, home, published):
    """What the gates compare with: the lengths of the worklists before, and the files and patients
    of the run published last"""
    con.execute("create or replace table lake.published_delivery (source varchar, sha256 varchar)")
    con.execute("create or replace table lake.published_patient (patient_id varchar)")
    con.execute(
        "create or replace table lake.published_run (run_id varchar, as_of date, patients bigint,"
        " worklist bigint)"
    )
    for run in published[:COMPARED]:
        row = [run.run_id, run.as_of, run.rows.assessment, run.rows.worklist]
        con.execute("insert into lake.published_run values ($1, $2, $3, $4)", row)
    for run in published[:1]:
        if files := {(file.source, file.sha256) for file in run.inputs.files}:
            con.executemany("insert into lake.published_delivery values ($1, $2)", sorted(files))
        assessed = home.runs / run.run_id / "assessment.parquet"
        if assessed.exists():
            con.execute(
                "insert into lake.published_patient select patient_id from read_parquet($1)",
                [str(assessed)],
            )

"""Screen: the lake's tables become facts, the facts become decisions, a bucket of patients after
the other, and what the buckets found is counted together."""

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import lake
from pipeline.engine import build, create_view, relation_names, select_of, view_of_parquet
from pipeline.runs import start_of_run
from pipeline.screening.bucket import WORKLIST, attach_parts, screen_bucket
from pipeline.screening.inputs import register_assessed, register_inputs
from pipeline.screening.night import Night, newest_of, write_night
from pipeline.screening.scratch import scratch_database

MEASURED = "reporting.measured_b12"
REPORTED = (WORKLIST, *relation_names("reporting"))


@dataclass(frozen=True)
class Screened:
    """A screened population. con: a DuckDB connection with what the gates and the publication read.
    night: what it was screened from. folder: holds the parts of the buckets, and the worklist."""

    con: Any
    night: Night
    folder: Path


def plan_night(home, folder, plan, *, published=()):
    """Fix in a folder what a night reads, as a RunPlan says; returns the Night. published: as for
    `register_inputs`."""
    past, started = plan.replay_of, start_of_run(home)
    screened_at = past.started if past else started
    with scratch_database(home, folder) as con:
        versions = register_inputs(
            con, home, pack=plan.pack, as_of=plan.as_of, published=published,
            versions=past.inputs.tables if past else None, screened_at=screened_at,
        )  # fmt: skip
        register_assessed(con, home, published)
        return write_night(
            con, folder, as_of=plan.as_of, pack=plan.pack.sha256,
            shadows=tuple(each.sha256 for each in plan.shadows), started=started,
            screened_at=screened_at, lake=lake.lake_id(home), versions=versions,
            after=newest_of(published),
        )  # fmt: skip


def screen_buckets(home, folder, night, plan, *, progress=lambda name: None):
    """Screen every bucket of a Night, one after the other."""
    for number in night.buckets:
        screen_bucket(home, folder, night, number, plan=plan, progress=progress)


@contextmanager
def reported(home, folder, night, plan, *, published=(), progress=lambda name: None):
    """Count together what the buckets of a Night found; yields the Screened population."""
    with scratch_database(home, folder) as con:
        register_inputs(
            con, home, pack=plan.pack, as_of=night.as_of, published=published,
            versions=night.versions, screened_at=night.screened_at,
        )  # fmt: skip
        attach_parts(con, folder, night)
        # every B12 value ever measured: read from the parts as often as it is needed
        builders = {WORKLIST: partial(_write_worklist, folder=folder), MEASURED: create_view}
        build(con, REPORTED, builders=builders, progress=progress)
        yield Screened(con, night, folder)


def _write_worklist(con, name, folder):
    view_of_parquet(con, name, select_of(name), folder, compression="zstd")

"""One bucket of a night: the patients of a range of ids become facts, the facts decisions, and what
leaves the bucket is written as parts."""

import os
import shutil
from contextlib import ExitStack, contextmanager
from functools import partial

import pyarrow.parquet as pq

from pipeline.core import flush
from pipeline.engine import (
    build,
    create_view,
    relation_names,
    relations_read_by,
    scan_of_parquet,
    select_of,
    view_of_parquet,
    with_dependencies,
)
from pipeline.runs import PATIENTS_READ_TOGETHER, read_manifest
from pipeline.screening.apply_rules import apply_rules
from pipeline.screening.inputs import register_assessed, register_inputs
from pipeline.screening.night import MERGES, attach_merges, range_of
from pipeline.screening.scratch import scratch_database
from pipeline.screening.shadow import FLOW, needed, write_flows

ASSESSMENT, WORKLIST = "screening.assessment", "screening.worklist"
EXPLANATION, EXPLAINED = "explaining.explanation", "explaining.explained_patient"
READ_ONCE = ("explaining.lab_evidence",)
LISTED = "select patient_id from bucket.listed_patient order by patient_id"  # whom a night explains
EXPLAINED_TOGETHER = 2 * PATIENTS_READ_TOGETHER  # their nested rows are in memory at once
BUILDERS = {"screening.fit": apply_rules}
PARTS = (ASSESSMENT, *relation_names("bucket"), EXPLANATION)  # what leaves a bucket
BUILT = {*relation_names("clinical"), *relation_names("screening"), *PARTS} - {
    *MERGES, WORKLIST, EXPLANATION, FLOW,
}  # fmt: skip


def screen_bucket(home, folder, night, number, *, plan, progress=lambda name: None):
    """Screen the bucket of this number of a Night, and write its parts whole, by one rename; a
    bucket that has its parts stays as it is.

    folder: that of the night. plan: its RunPlan. Raises LakeUnavailable, StorageError.
    """
    parts = parts_of(folder, night, number)
    if parts.exists():
        return
    building = folder / f"building-{number}-{os.urandom(3).hex()}"
    building.mkdir(mode=0o700)
    try:
        (building / "parts").mkdir(mode=0o700)
        with bucket_of(home, folder, night, number, pack=plan.pack, spill=building) as con:
            build_parts(con, building / "parts", shadows=plan.shadows, progress=progress)
        for path in (building / "parts").iterdir():
            flush(path)
        parts.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            (building / "parts").replace(parts)
        except OSError:  # another process was faster: it found the same
            if not parts.exists():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def build_parts(con, folder, *, shadows=(), progress=lambda name: None):
    """Build a bucket that is registered, and write its parts into a folder; who is listed is
    explained when the rest is there, and the shadows, packs, decide last."""
    write = partial(_write_part, folder=folder)
    builders = BUILDERS | dict.fromkeys(PARTS, write) | {EXPLAINED: create_listed}
    builders |= dict.fromkeys(READ_ONCE, create_view)
    builders[EXPLANATION] = partial(_write_explanations, folder=folder)
    explaining = with_dependencies(con, [EXPLANATION])
    read = {name for relation in explaining for name in relations_read_by(con, relation)}
    kept = {*PARTS, *read, *(needed(con) if shadows else ())}
    build(con, BUILT, builders=builders, progress=progress, kept=kept)
    build(con, explaining, builders=builders, progress=progress)
    write_flows(con, shadows, folder)


def create_listed(con, name):
    """Create the relation of whom to explain: whom the worklist lists."""
    con.execute(f"create table {name} as {LISTED}")


def parts_of(folder, night, number):
    """The folder of a bucket's parts; it appears whole."""
    return folder / f"parts-{night.night_id}" / f"{number:04}"


def patients_of(folder, night, number):
    """How many patients a bucket assessed; it has its parts."""
    return pq.read_metadata(parts_of(folder, night, number) / f"{ASSESSMENT}.parquet").num_rows


def part_files(folder, night, name):
    """The files of one of PARTS, in the order of the buckets."""
    return [parts_of(folder, night, number) / f"{name}.parquet" for number in night.buckets]


def attach_parts(con, folder, night):
    """Create a view of each of PARTS, over all buckets of a Night, in order."""
    for name in PARTS:
        con.execute(f"create schema if not exists {name.split('.')[0]}")
        scan = scan_of_parquet(part_files(folder, night, name))
        con.execute(f"create view {name} as from {scan}")


@contextmanager
def bucket_of(home, folder, night, number, *, pack, spill=None):
    """A DuckDB connection in which what a bucket reads is registered. spill: another folder for
    what does not fit into memory."""
    after = [read_manifest(home.runs / night.after)] if night.after else []
    within = range_of(folder, night, number)
    with scratch_database(home, spill or folder) as con:
        register_inputs(
            con, home, pack=pack, as_of=night.as_of, published=after,
            versions=night.versions, screened_at=night.screened_at, within=within,
        )  # fmt: skip
        register_assessed(con, home, after, within)
        attach_merges(con, folder, within)
        yield con


def _write_part(con, name, folder):
    view_of_parquet(con, name, select_of(name), folder, compression="zstd")


def _write_explanations(con, name, folder):
    "Some patients after the other; an empty file where no patient is listed"
    [[listed]] = con.execute(f"select count(*) from {EXPLAINED}").fetchall()
    with ExitStack() as stack:
        writer = None
        for begin in range(0, max(listed, 1), EXPLAINED_TOGETHER):
            some = f"{LISTED} limit {EXPLAINED_TOGETHER} offset {begin}"
            con.execute(f"create or replace table {EXPLAINED} as {some}")
            rows = con.sql(select_of(name)).to_arrow_table()
            path = folder / f"{name}.parquet"
            writer = writer or stack.enter_context(
                pq.ParquetWriter(path, rows.schema, compression="zstd")
            )
            writer.write_table(rows)

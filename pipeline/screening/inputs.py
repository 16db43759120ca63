"""What a screening reads, registered in a DuckDB connection: the protocol, the day, the lake, and
the runs before."""

from datetime import UTC, datetime

from pipeline import lake
from pipeline.core import LakeUnavailable
from pipeline.engine import scan_of_parquet
from pipeline.protocol import register
from pipeline.runs import parquet_files

COMPARED = 30  # runs before this one whose worklists the gates compare with


def register_inputs(
    con, home, *, pack, as_of, published=(), versions=None, within=None,
    screened_at=None,
):  # fmt: skip
    """Register the protocol, the day, the lake and the runs before in a connection; returns the
    version of each lake table.

    published: manifests of the runs published before, newest first. versions, within: as
    for `lake.attach`. screened_at: when it is screened, else now. Raises LakeUnavailable.
    """
    register(con, pack)
    con.execute(
        "create or replace table protocol.run as select $1::date as as_of, $2::timestamptz as"
        " screened_at",
        [as_of, screened_at or datetime.now(UTC)],
    )
    attached = lake.attach(con, home, versions=versions, within=within)
    if attached["delivery"] is None:
        raise LakeUnavailable(
            f"The lake under {home.lake_name} is empty. Ingest extracts first: b12 ingest PATH"
            " --source PROFILE"
        )
    lake.check_tables_present(con, home, attached)
    _register_published(con, published)
    return attached


def _register_published(con, published):
    "The lengths of the worklists before, and the files of the run published last"
    con.execute("create or replace table lake.published_delivery (source varchar, sha256 varchar)")
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


def register_assessed(con, home, published, within=None):
    """Register the patients of the run published last, as `lake.published_patient`."""
    select = "select cast(null as varchar) as patient_id where false"
    for run in published[:1]:
        if files := parquet_files(home.runs / run.run_id, "assessment"):
            select = f"select patient_id from {scan_of_parquet(files)} where true"
    select = within.rows_of(select, "published_patient") if within else select
    con.execute(f"create or replace view lake.published_patient as {select}")

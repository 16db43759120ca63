"""Publish: a run's folder appears whole, and `latest` is moved to it last, by one rename."""

import shutil
from dataclasses import asdict
from datetime import UTC, datetime

from pipeline import __version__, lake
from pipeline.core import flush, sha256_of, write_json
from pipeline.exports import cells_of, text_columns
from pipeline.observability import metrics
from pipeline.quality import warnings
from pipeline.runs import (
    BUILDING,
    HELD,
    InputFile,
    Inputs,
    PackVersion,
    RowCounts,
    RunManifest,
    new_run_id,
    point_latest_to,
    write_manifest,
)
from pipeline.screening.counts import report_counts

ORDER = "order by priority, waiting_since nulls last, patient_id"
# an id that was merged into another belongs where that patient does, and opts out with them
PLACED = """
with placed as (
    select patient_id, demography.site, demography.is_opted_out
    from clinical.population
    left join clinical.demography using (patient_id)
)

select *, cast(null as varchar) as merged_into from placed
union all
select merged_patient.patient_id, placed.site, placed.is_opted_out, merged_patient.surviving_id
from clinical.merged_patient
join placed on placed.patient_id = merged_patient.surviving_id
order by patient_id
"""
COUNTED = {  # in summary.json: what of the assessment is counted by its values
    "scope": "scope", "band": "b12", "next_step": "next_step", "rule": "rule",
    "priority": "priority", "cause": "cause", "monitoring": "monitoring",
    "cohort": "unnest(cohorts)", "alert": "unnest(safety)", "flag": "unnest(flags)",
}  # fmt: skip
IS_LISTED = "case when priority between 1 and 4 then 'worklist' end"
TOTALS = {"total": f"unnest(['patients', {IS_LISTED}])"}
MAY_BE_NOT_LOADED = (
    "neuro", "malabsorption", "metformin", "acid_suppressant", "diet", "b12_therapy", "folic_acid",
    "pregnancy",
)  # fmt: skip


@metrics.timed("publish")
def publish(screened, home, plan, *, outcomes, validations, started):
    """Write the folder of a Screened run and, if it is published, move `latest` to it; returns the
    RunManifest.

    A closed run leaves its quality.json, validation.json, report.json and manifest, and no
    assessment or worklist.
    """
    manifest = _manifest(screened, home, plan, outcomes, started)
    building = home.runs / f"{BUILDING}{manifest.run_id}"
    home.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_half_built(home)
    building.mkdir(mode=0o700)
    write_json(building / "quality.json", [asdict(outcome) for outcome in outcomes])
    write_json(building / "validation.json", validations)
    write_json(building / "report.json", report_counts(screened.con, home))
    if manifest.state != "closed":
        _write_worklist(screened.con, building)
        write_json(building / "summary.json", summary(screened.con))
        write_json(building / "site_summary.json", summary_by_site(screened.con))
        (screened.folder / "screening.assessment.parquet").replace(building / "assessment.parquet")
    manifest = manifest.model_copy(update={"finished": datetime.now(UTC)})
    write_manifest(building, manifest)
    for path in building.iterdir():
        flush(path)
        path.chmod(0o600)
    prefix = HELD if manifest.state == "held" else ""
    building.replace(home.runs / f"{prefix}{manifest.run_id}")
    if manifest.published:
        point_latest_to(home, manifest)
    return manifest


def _remove_half_built(home):
    "Folders of killed processes: they were never published"
    for path in home.runs.glob(f"{BUILDING}*"):
        shutil.rmtree(path, ignore_errors=True)


def _write_worklist(con, folder):
    def copy(select, name, form):
        con.execute(f"copy ({select}) to $1 ({form})", [str(folder / name)])

    parquet = "format parquet, compression zstd"
    copy(f"from screening.worklist {ORDER}", "worklist.parquet", parquet)
    copy(PLACED, "patient_site.parquet", parquet)
    cells = cells_of(con, "screening.worklist")
    quoted = ", ".join(text_columns(con, "screening.worklist"))
    form = f"format csv, header false, delimiter ',', force_quote ({quoted})"
    copy(f"{cells} {ORDER}", "worklist.csv", form)
    # a heading that DuckDB writes is quoted as its column
    heading = ",".join(name for name, *_ in con.execute(f"describe {cells}").fetchall())
    rows = (folder / "worklist.csv").read_bytes()
    (folder / "worklist.csv").write_bytes(heading.encode() + b"\n" + rows)


def summary(con):
    """Counts of a run: patients by scope, band, cohort, next step, alert and priority; what was
    never loaded; rejects by reason."""

    def counts(select):
        return dict(con.execute(f"{select} group by 1 order by 1").fetchall())

    def count(condition):
        [[rows]] = con.execute(f"select count(*) from {condition}").fetchall()
        return rows

    return {
        "patients": count("screening.assessment"),
        "worklist": count("screening.worklist"),
        **{
            name: counts(f"select cast({value} as varchar), count(*) from screening.assessment")
            for name, value in COUNTED.items()
        },
        "not_evaluated": {
            fact: count(f"screening.assessment where {fact} = 'not_loaded'")
            for fact in MAY_BE_NOT_LOADED
        },
        "rejected": counts("select rejected_because, count(*) from lake.rejected_row"),
    }


def summary_by_site(con):
    """The counts of `summary` that are of patients, for each site: `{site: {dimension: {name:
    number}}}`; site "": none recorded. Beside them `total` has patients and worklist."""
    counted = {}
    for dimension, value in {**COUNTED, **TOTALS}.items():
        rows = con.execute(
            f"with counted as (select coalesce(demography.site, '') as site,"
            f" cast({value} as varchar) as name from screening.assessment"
            " left join clinical.demography using (patient_id))"
            " select site, name, count(*) from counted where name is not null group by all"
            " order by all"
        )
        for site, name, number in rows.fetchall():
            counted.setdefault(site, {}).setdefault(dimension, {})[name] = number
    return counted


def _manifest(screened, home, plan, outcomes, started):
    "The manifest of the run as it is now; it is finished when its folder is written"
    con, pack, state = screened.con, plan.pack, plan.state_after(outcomes)
    version = PackVersion(
        pack=pack.name, version=str(pack.raw["version"]), sha256=sha256_of(pack.path)
    )
    return RunManifest(
        run_id=new_run_id(started),
        published=state == "published",
        state=state,
        as_of=plan.as_of,
        started=started,
        finished=started,
        code_version=__version__,
        protocol=version,
        inputs=Inputs(
            tables=screened.versions,
            lake=lake.lake_id(home),
            files=_input_files(con),
            expectations=plan.changes.sha256,
        ),
        rows=RowCounts(assessment=_rows(con, "assessment"), worklist=_rows(con, "worklist")),
        warned=tuple(warnings(outcomes)),
        asked_by=plan.asked_by,
        is_unattended=plan.is_unattended,
        replay_of=plan.replay_of.run_id if plan.replay_of else None,
    )


def _input_files(con):
    columns = ("source", "file", "sha256", "entity", "rows")
    select = f"select {', '.join(columns)} from lake.delivery where refused is null order by all"
    return tuple(
        InputFile(**dict(zip(columns, row, strict=True))) for row in con.execute(select).fetchall()
    )


def _rows(con, relation):
    [[rows]] = con.execute(f"select count(*) from screening.{relation}").fetchall()
    return rows

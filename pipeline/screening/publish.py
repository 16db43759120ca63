"""Publish: a run's folder appears whole, and `latest` is moved to it last, by one rename."""

import os
import shutil
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime

from pipeline import __version__, lake, worklist
from pipeline.core import flush, write_json
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
    SignedBy,
    TableRead,
    new_run_id,
    point_latest_to,
    write_manifest,
)
from pipeline.screening.bucket import ASSESSMENT, EXPLANATION, WORKLIST, part_files
from pipeline.screening.counts import report_counts
from pipeline.screening.plan import version_of
from pipeline.screening.shadow import shadow_counts

SHADOWS = "shadows.json"
OF_PATIENTS = ("bucket.patient_site", "bucket.listed_patient", "bucket.follow_up")

DIMENSIONS = (  # what summary.json counts
    "scope", "band", "next_step", "rule", "priority", "cause", "monitoring", "cohort", "alert",
    "flag",
)  # fmt: skip
MAY_BE_NOT_LOADED = (
    "neuro", "malabsorption", "metformin", "acid_suppressant", "diet", "b12_therapy", "folic_acid",
    "pregnancy",
)  # fmt: skip


@metrics.timed("publish")
def publish(screened, home, plan, *, outcomes, validations):
    """Write the folder of a Screened run and, if it is published, move `latest` to it; returns the
    RunManifest.

    A closed run leaves its quality.json, validation.json, report.json, manifest and protocol, and
    no assessment or worklist.
    """
    manifest = _manifest(screened, home, plan, outcomes)
    building = home.runs / f"{BUILDING}{manifest.run_id}"
    home.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_half_built(home)
    building.mkdir(mode=0o700)
    write_json(building / "quality.json", [asdict(outcome) for outcome in outcomes])
    write_json(building / "validation.json", validations)
    write_json(building / "report.json", report_counts(screened.con, home))
    plan.pack.keep(building)
    if manifest.state != "closed":
        write_json(building / "summary.json", summary(screened.con))
        write_json(building / "site_summary.json", summary_by_site(screened.con))
        _write_tables(screened, building, manifest)
        _write_shadows(screened, building, plan)
    manifest = manifest.model_copy(update={"finished": datetime.now(UTC)})
    write_manifest(building, manifest)
    _flush(building)
    prefix = HELD if manifest.state == "held" else ""
    building.replace(home.runs / f"{prefix}{manifest.run_id}")
    if manifest.published:
        point_latest_to(home, manifest)
    return manifest


def _flush(folder):
    for path in folder.rglob("*.*"):
        if path.is_file():
            flush(path)
            path.chmod(0o600)


def _remove_half_built(home):
    "Folders of killed processes: they were never published"
    for path in home.runs.glob(f"{BUILDING}*"):
        shutil.rmtree(path, ignore_errors=True)


def _write_tables(screened, building, manifest):
    "What the buckets wrote gets a second name: it is not copied, and still there after a kill"
    con, folder = screened.con, screened.folder
    _write_worklist_csv(con, building / "worklist.csv", manifest.rows.worklist)
    _link(folder / f"{WORKLIST}.parquet", building / "worklist.parquet")
    linked = [ASSESSMENT] if manifest.replay_of else [ASSESSMENT, EXPLANATION]
    if not screened.night.edges:
        for name in (*OF_PATIENTS, *linked):
            [part] = part_files(folder, screened.night, name)
            _link(part, building / f"{name.split('.')[1]}.parquet")
        return
    for name in OF_PATIENTS:
        copied = f"copy (from {name} order by all) to $1 (format parquet, compression zstd)"
        con.execute(copied, [str(building / f"{name.split('.')[1]}.parquet")])
    for name in linked:
        parts = building / f"{name.split('.')[1]}.parquet"
        parts.mkdir(mode=0o700)
        for number, path in enumerate(part_files(folder, screened.night, name)):
            _link(path, parts / f"part-{number:04}.parquet")


def _write_shadows(screened, building, plan):
    if plan.shadows:
        counts = shadow_counts(screened.con, plan.pack, plan.shadows)
        write_json(building / SHADOWS, list(counts))


def _link(path, target):
    try:
        os.link(path, target)
    except OSError:  # on a file system without hard links, or on two
        shutil.copyfile(path, target)


def _write_worklist_csv(con, path, rows):
    cells = cells_of(con, WORKLIST)
    quoted = ", ".join(text_columns(con, WORKLIST))
    # a heading that DuckDB writes is quoted as its column; its suffix ends the last line
    heading = ",".join(name for name, *_ in con.execute(f"describe {cells}").fetchall())
    prefix = heading + ("\n" if rows else "")
    form = (
        f"format csv, header false, prefix '{prefix}', suffix '\n', delimiter ',', force_quote"
        f" ({quoted})"
    )
    con.execute(f"copy ({cells}) to $1 ({form})", [str(path)])


def summary(con):
    """Counts of a run: patients by scope, band, cohort, next step, alert and priority; what was
    never loaded; rejects by reason."""
    counted = {}
    for dimension, name, patients in con.execute(
        "select dimension, name, cast(sum(patients) as bigint) from reporting.answer_count"
        " group by all order by all"
    ).fetchall():
        counted.setdefault(dimension, {})[name] = patients
    total, absent = counted.get("total", {}), counted.get("not_evaluated", {})
    rejected = con.execute(
        "select rejected_because, cast(sum(rows) as bigint) from reporting.rejection"
        " group by 1 order by 1"
    )
    return {
        "patients": total.get("patients", 0),
        "worklist": total.get("worklist", 0),
        **{dimension: counted.get(dimension, {}) for dimension in DIMENSIONS},
        "not_evaluated": {fact: absent.get(fact, 0) for fact in MAY_BE_NOT_LOADED},
        "rejected": dict(rejected.fetchall()),
    }


def summary_by_site(con):
    """The counts of `summary` that are of patients, for each site: `{site: {dimension: {name:
    number}}}`; site "": none recorded. Beside them `total` has patients and worklist."""
    counted = {}
    rows = con.execute(
        "select site, dimension, name, patients from reporting.answer_count order by all"
    )
    for site, dimension, name, patients in rows.fetchall():
        if dimension != "not_evaluated":
            counted.setdefault(site, {}).setdefault(dimension, {})[name] = patients
    return counted


def _manifest(screened, home, plan, outcomes):
    "The manifest of the run as it is now; it is finished when its folder is written"
    standing = _standing(home, plan.pack)
    state = plan.state_after(outcomes, standing)
    held_for = plan.held_for(outcomes, standing) if state == "held" else ()
    started = screened.night.started
    return RunManifest(
        run_id=new_run_id(started),
        published=state == "published",
        state=state,
        as_of=plan.as_of,
        started=started,
        finished=started,
        code_version=__version__,
        protocol=_version(plan.pack, standing),
        protocol_before=plan.before,
        inputs=Inputs(
            tables=screened.night.versions,
            lake=screened.night.lake,
            files=_input_files(screened.con),
            expectations=plan.changes.sha256,
            read=_read(screened, home),
        ),
        rows=_rows(screened),
        warned=(*warnings(outcomes), *_warned(plan, standing, held_for)),
        held_for=held_for,
        asked_by=plan.asked_by,
        is_unattended=plan.is_unattended,
        replay_of=plan.replay_of.run_id if plan.replay_of else None,
    )


def _warned(plan, standing, held_for):
    "What warns of a run beside its gates"
    return (*(standing.warnings if "protocol" in held_for else ()), *plan.shadows_left)


def _standing(home, pack):
    with closing(worklist.open_store(home)) as store:
        return worklist.standing_of_pack(store, pack)


def _version(pack, standing):
    signed = standing.signature
    by = SignedBy(name=signed.name, role=signed.role, on=signed.signed_on) if signed else None
    return PackVersion(
        **version_of(pack), signed_sha256=pack.signed_sha256,
        is_signed=signed is not None, signed_by=by, next_review=standing.next_review,
        is_review_overdue=standing.is_overdue,
    )  # fmt: skip


def _read(screened, home):
    night = screened.night
    if not night.edges:
        return None
    read = lake.read_by_ranges(screened.con, home, night.versions, night.edges)
    return {table: TableRead(**counts) for table, counts in read.items()}


def _input_files(con):
    columns = ("source", "file", "sha256", "entity", "rows")
    select = f"select {', '.join(columns)} from lake.delivery where refused is null order by all"
    return tuple(
        InputFile(**dict(zip(columns, row, strict=True))) for row in con.execute(select).fetchall()
    )


def _rows(screened):
    counted = "select (select count(*) from screening.assessment), count(*) from screening.worklist"
    [[assessment, worklist]] = screened.con.execute(counted).fetchall()
    return RowCounts(assessment=assessment, worklist=worklist, files=len(screened.night.buckets))

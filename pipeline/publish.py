"""Publish: a run's folder appears whole, and `latest` is moved to it last, by one rename."""

import hashlib
import os
import shutil
from dataclasses import asdict
from datetime import UTC, datetime

from pipeline import __version__
from pipeline.counts import counted
from pipeline.metrics import timed
from pipeline.run_folders import HELD, new_run_id, show, write_json

LISTS = ("safety", "flags", "cohorts")


@timed("publish")
def publish(con, home, *, pack, as_of, inputs, folder, outcomes, validations, started, state, **noted):
    """Write the run's folder and, if it is published, move `latest` to it; returns the manifest.

    state: as run_folders has it. A closed run leaves its quality.json, validation.json, report.json and manifest, and no
    assessment or worklist. inputs: what of the lake was read. noted: what else the manifest says.
    """
    run_id = new_run_id(started)
    building = home.runs / f".building-{run_id}"
    home.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(home)
    building.mkdir(mode=0o700)
    write_json(building / "quality.json", [asdict(outcome) for outcome in outcomes])
    write_json(building / "validation.json", validations)
    write_json(building / "report.json", counted(con, home))
    if state != "closed":
        _write_worklist(con, building)
        write_json(building / "summary.json", summary(con))
    manifest = _manifest(con, pack, run_id=run_id, as_of=as_of, inputs=inputs, started=started, state=state) | noted
    write_json(building / "manifest.json", manifest)
    if state != "closed":
        (folder / "screening.assessment.parquet").replace(building / "assessment.parquet")
    for path in building.iterdir():
        _flush(path)
    building.replace(home.runs / (f"{HELD}{run_id}" if state == "held" else run_id))
    if state == "published":
        show(home, manifest)
    return manifest


def _sweep(home):
    "What a killed run left half-built was never published"
    for path in home.runs.glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True)


def _flush(path):
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o600)


def _write_worklist(con, folder):
    quoted = str(folder).replace("'", "''")
    con.execute(f"copy (from screening.worklist {ORDER}) to '{quoted}/worklist.parquet' (format parquet, compression zstd)")
    con.execute(
        "copy (select patient_id, demography.site from clinical.population "
        "left join clinical.demography using (patient_id) order by patient_id) "
        f"to '{quoted}/patient_site.parquet' (format parquet, compression zstd)"
    )
    con.execute(f"copy ({as_cells(con)} {ORDER}) to '{quoted}/worklist.csv' (header, delimiter ',', force_quote ('reason'))")


ORDER = "order by priority, waiting_since nulls last, patient_id"


def as_cells(con, relation="screening.worklist"):
    """The SELECT of a relation as spreadsheet cells: lists joined by |, and no cell that a spreadsheet would run."""
    columns = con.execute(f"describe {relation}").fetchall()
    return f"select {', '.join(_cell(name, kind) for name, kind, *_ in columns)} from {relation}"


def _cell(name, kind):
    text = f"array_to_string({name}, '|')" if name in LISTS else name
    if kind not in ("VARCHAR", "VARCHAR[]"):
        return name
    return f"case when regexp_matches({text}, '^[=+\\-@\\t\\r]') then '''' || {text} else {text} end as {name}"


def summary(con):
    """Counts of a run: patients by scope, band, cohort, next step, alert and priority; what was never loaded; rejects by reason."""
    counted = {
        "scope": "scope", "band": "b12", "next_step": "next_step", "rule": "rule", "priority": "priority", "cause": "cause",
        "monitoring": "monitoring", "cohort": "unnest(cohorts)", "alert": "unnest(safety)", "flag": "unnest(flags)",
    }  # fmt: skip
    counts = {
        name: dict(con.execute(f"select cast({what} as varchar), count(*) from screening.assessment group by 1 order by 1").fetchall())
        for name, what in counted.items()
    }  # fmt: skip
    not_loaded = ("neuro", "malabsorption", "metformin", "acid_suppressant", "diet", "b12_therapy", "folic_acid", "pregnancy")
    return {
        "patients": con.execute("select count(*) from screening.assessment").fetchone()[0],
        "worklist": con.execute("select count(*) from screening.worklist").fetchone()[0],
        **counts,
        "not_evaluated": {
            fact: con.execute(f"select count(*) from screening.assessment where {fact} = 'not_loaded'").fetchone()[0] for fact in not_loaded
        },
        "rejected": dict(con.execute("select rejected_because, count(*) from lake.rejected_row group by 1 order by 1").fetchall()),
    }


def _manifest(con, pack, *, run_id, as_of, inputs, started, state):
    files = con.execute("select source, file, sha256, entity, rows from lake.delivery where refused is null order by all").fetchall()
    return {
        "run_id": run_id,
        "published": state == "published",
        "state": state,
        "as_of": str(as_of),
        "started": started.isoformat(),
        "finished": datetime.now(UTC).isoformat(),
        "code_version": __version__,
        "protocol": {
            "pack": pack.name, "version": pack.raw["version"], "sha256": hashlib.sha256(pack.path.read_bytes()).hexdigest(),
        },
        "inputs": {
            **inputs,
            "files": [dict(zip(("source", "file", "sha256", "entity", "rows"), row, strict=True)) for row in files],
        },
        "rows": {
            name: con.execute(f"select count(*) from screening.{name}").fetchone()[0] for name in ("assessment", "worklist")
        },
    }  # fmt: skip

"""Data quality of a run: outcomes, volume, completeness, freshness,
laboratories, rejects. Counts only."""

from datetime import UTC
from functools import lru_cache

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from pipeline import worklist
from pipeline.analysis import stewardship
from pipeline.operations import open_refusals, told_refusals
from pipeline.quality import data_docs
from pipeline.web.access import Operator, Steward
from pipeline.web.laboratories import histograms
from pipeline.web.population import over_time
from pipeline.web.recorded import record
from pipeline.web.render import page, root_of, static_version
from pipeline.web.run_sync import follow
from pipeline.web.shadows import left_out

router = APIRouter()
STATES = ("passed", "failed", "not_applicable", "error")
ORDER = {"error": 0, "failed": 1, "passed": 2, "not_applicable": 3}
SHOWN, NIGHTS, REFUSED_SHOWN = 500, 90, 20


@router.get("/quality")
def quality(request: Request, actor: Operator, run: str | None = None):
    """The verdict of a run and its basis, also for closed runs."""
    follow(request)
    store = request.app.state.store
    runs = worklist.runs(store, limit=200)
    chosen = next((row for row in runs if row["run_id"] == run), runs[0] if runs else None)
    outcomes = _outcomes(store, chosen)
    report = worklist.run_report(store, chosen["run_id"])["report"] if chosen else {}
    refused = _refused(request.app.state.home, runs, chosen)
    return page(
        request,
        "quality.html",
        runs=runs,
        chosen=chosen,
        outcomes=outcomes,
        states=_states(outcomes),
        report=report,
        NIGHTS=NIGHTS,
        trend=_trend(store),
        rejected=over_time(worklist.counts_over_time(store, "rejected_new", NIGHTS)),
        volume=_volume(report.get("source_volume")),
        labs=histograms(report.get("lab_b12_histogram") or []),
        refused=refused,
        told_refused=told_refusals(refused),
        REFUSED_SHOWN=REFUSED_SHOWN,
        shadows_left=left_out(request.app.state.home, chosen["run_id"]) if chosen else (),
        docs=_validation(request.app.state.home, chosen),
    )


def _refused(home, runs, chosen):
    "The files whose rows are missing: of the newest run all, of an earlier one those before it"
    files = open_refusals(home)
    if not chosen or chosen["run_id"] == runs[0]["run_id"]:
        return files
    # the name of a run begins with the second in which it started
    return [
        file
        for file in files
        if f"{file.received_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" < chosen["run_id"]
    ]


def _outcomes(store, run):
    if not run:
        return []
    changes = worklist.outcome_changes(store, run["run_id"])
    return sorted(changes, key=lambda row: ORDER[row["outcome"]])


def _states(outcomes):
    counted = [row["outcome"] for row in outcomes if not row["is_muted"]]
    return {state: counted.count(state) for state in STATES} | {
        "muted": len(outcomes) - len(counted)
    }


def _trend(store):
    return {
        name: nights[-NIGHTS:] for name, nights in worklist.outcome_trend(store, NIGHTS).items()
    }


def _volume(rows):
    "Accepted rows by source and kind of file, day by day"
    days = sorted({str(row["received_on"]) for row in rows or []})
    counted = {
        (f"{row['source']} {row['entity']}", str(row["received_on"])): row["accepted"]
        for row in rows or []
    }
    names = sorted({name for name, _ in counted})
    return {
        "days": days,
        "series": [
            {"name": name, "values": [counted.get((name, day), 0) for day in days]}
            for name in names
        ],
    }


@router.get("/quality/rejects")
def rejects(request: Request, actor: Steward, reason: str | None = None, file: str | None = None):
    """Rejected rows by reason and file, and the way to each: its file and line. No patient."""
    home, reason, file = request.app.state.home, reason or None, file or None
    rows = stewardship.rejected_rows(home, reason=reason, file=file) if reason or file else []
    groups = stewardship.rejected_groups(home, by=["reason", "file"])
    record(request, actor, "rejects", rows=len(rows[:SHOWN]), detail=reason)
    return page(
        request,
        "rejects.html",
        groups=groups,
        rows=rows[:SHOWN],
        total=len(rows),
        remedies=stewardship.remedies(),
        reason=reason,
        file=file,
    )


@router.get("/quality/data-docs")
def documents(request: Request, actor: Steward, run: str | None = None):
    """The Data Docs of a run, else of the newest: rendered when asked for, from counts. Raises
    HTTPException 404."""
    known = worklist.runs(request.app.state.store, limit=200)
    chosen = next((row for row in known if run in (None, row["run_id"])), None)
    file = _validation(request.app.state.home, chosen)
    if file is None:
        raise HTTPException(404)
    return HTMLResponse(
        _rendered(file, f"{root_of(request)}/static/data_docs.css?{static_version()}")
    )


@lru_cache(maxsize=4)
def _rendered(file, stylesheet):
    return data_docs(file, stylesheet=stylesheet)


def _validation(home, run):
    file = home.runs / run["run_id"] / "validation.json" if run else None
    return file if file and file.exists() else None

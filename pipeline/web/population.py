"""The population page: by band, cohort and action, over time; patients tested; yield of the
screening; sites."""

from fastapi import APIRouter, Request

from pipeline import worklist
from pipeline.core import clock
from pipeline.protocol import labels as words
from pipeline.web.access import Viewer, store_of
from pipeline.web.render import page
from pipeline.web.run_sync import published
from pipeline.web.switches import switch_of
from pipeline.web.wait_times import time_to_action

router = APIRouter()
OVER = {
    "priority": "Priority", "next_step": "Action", "band": "B12 band", "cohort": "Cohort",
    "alert": "Safety alert", "scope": "Scope", "tested_of_risk_group": "At-risk patients tested",
}  # fmt: skip
OPENS = {"priority": "priority", "next_step": "action", "cohort": "cohort", "alert": "alert"}
CURRENT = ("low", "low_molar_only", "uncertain_low", "borderline", "uncertain", "above")
LOW = ("low", "low_molar_only", "uncertain_low")
ADDED = ("patients", "tested_recently", "tested_ever")
NOT_SHOWN = ("NO_ACTION", "EXCLUDED", "0")


@router.get("/population")
def population(request: Request, actor: Viewer, run: str | None = None, over: str = "priority"):
    """What the last published run, or the one named, counted; and what the nights before it did."""
    store, runs = store_of(request), published(request)
    chosen = next((one for one in runs if one["run_id"] == run), runs[0] if runs else None)
    over = over if over in OVER else "priority"
    recorded = (
        worklist.run_report(store, chosen["run_id"]) if chosen else {"summary": {}, "report": {}}
    )
    report = _readable(recorded["report"])
    if chosen and actor.sites is not None:
        recorded["summary"] = worklist.counts_of_run(store, chosen["run_id"])
        report = _of_sites(report, actor.sites)
    return page(
        request,
        "population.html",
        runs=runs,
        chosen=chosen,
        switch=switch_of(request.app.state.home, runs, chosen["run_id"]) if chosen else None,
        over=over,
        OVER=OVER,
        OPENS=OPENS if chosen and chosen == runs[0] else {},  # the list is that of the newest run
        summary=recorded["summary"],
        report=report,
        found=_yield(recorded["summary"].get("band", {})),
        trend=over_time(worklist.counts_over_time(store, over)),
        tested=_tested(report.get("testing"), actor.sites),
        waits=time_to_action(store, today=clock.today()) if chosen else {},
    )


def _readable(report):
    """The report without what an earlier version counted under other column names: it is shown as
    missing"""
    renamed = ("testing", "site_count")
    return {
        name: rows
        for name, rows in report.items()
        if name not in renamed or not rows or "tested_recently" in rows[0]
    }


def over_time(rows, leave_out=NOT_SHOWN):
    """Rows of `counts_over_time` as `{"days", "series": [{key, name, values}]}`; a run without a
    count has 0."""
    days = list(dict.fromkeys((row["run_id"], str(row["as_of"])) for row in rows))
    names = sorted({row["name"] for row in rows} - set(leave_out))
    counted = {(row["run_id"], row["name"]): row["number"] for row in rows}
    series = [
        {
            "key": name, "name": label(name),
            "values": [counted.get((run_id, name), 0) for run_id, _ in days],
        }
        for name in names
    ]  # fmt: skip
    return {"days": [day for _, day in days], "series": series}


def label(name):
    """The name of a count in words; a priority with its number."""
    return (
        f"{name} {words.PRIORITIES[int(name)]}"
        if name in ("1", "2", "3", "4")
        else words.word(name)
    )


def _yield(bands):
    "Of the patients with a B12 that still counts, how many are low"
    current, low = (
        sum(bands.get(name, 0) for name in CURRENT),
        sum(bands.get(name, 0) for name in LOW),
    )
    return {"current": current, "low": low, "share": low / current if current else None}


def _of_sites(report, sites):
    "The parts of a report that are told by site, for these sites"
    named = {site or worklist.NOT_RECORDED for site in sites}
    parts = {name: report[name] for name in ("testing", "site_count") if name in report}
    return {name: [row for row in rows if row["site"] in named] for name, rows in parts.items()}


def _tested(rows, sites):
    "The totals by risk group; of a reader of some sites, added up over these"
    if rows is None or sites is None:
        return None if rows is None else [row for row in rows if row["is_total"]]
    groups = {}
    for row in rows:
        groups.setdefault(row["risk_group"], []).append(row)
    return [_added(group, of_group) for group, of_group in groups.items()]


def _added(group, rows):
    total = {name: sum(row[name] for row in rows) for name in ADDED}
    recently, ever = (
        total[name] / total["patients"] for name in ("tested_recently", "tested_ever")
    )
    shares = {
        "share_recently": recently,
        "share_ever": ever,
        "tested_months": rows[0]["tested_months"],
    }
    return {"risk_group": group, **total, **shares}

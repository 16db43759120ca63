"""The history of the runs, counts only: kept when a run is followed, so that a thousand nights are
read in one query."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import func, insert, select

from pipeline.protocol import load, pack_of_run
from pipeline.runs import known_manifest, read_counts
from pipeline.worklist.need_to_know import sites_seen
from pipeline.worklist.tables import outcome, run, run_count, site_count

DIMENSIONS = (
    "scope",
    "band",
    "next_step",
    "priority",
    "cause",
    "monitoring",
    "cohort",
    "alert",
    "flag",
    "not_evaluated",
    "rejected",
)


NOT_RECORDED = "(not recorded)"  # a patient's site, in reports
TESTED = {"risk_group": "patients", "tested_of_risk_group": "tested_recently"}


def record(con, folder, manifest):
    """Keep what the folder of a run says of it: manifest, summary, report and the outcome of every
    expectation."""
    summary, report, quality = (
        _read(folder / f"{name}.json") for name in ("summary", "report", "quality")
    )
    con.execute(insert(run), [_run(manifest, summary, report)])
    counts = [
        {"run_id": manifest.run_id, "dimension": dimension, "name": name, "number": number}
        for dimension, name, number in _counts(manifest, summary or {}, report or {})
    ]
    if counts:
        con.execute(insert(run_count), counts)
    if by_site := _read(folder / "site_summary.json"):
        counts = [*_site_counts(by_site), *_tested_counts(report or {})]
        rows = [{"run_id": manifest.run_id, **row} for row in counts]
        con.execute(insert(site_count), rows)
    if quality:
        con.execute(insert(outcome), [{"run_id": manifest.run_id, **one} for one in quality])


def _site_counts(by_site):
    for site, dimensions in by_site.items():
        for dimension, counts in dimensions.items():
            for name, number in counts.items():
                yield {"site": site, "dimension": dimension, "name": name, "number": number}


def _tested_counts(report):
    for row in report.get("testing", ()):
        if not row["is_total"]:
            site = "" if row["site"] == NOT_RECORDED else row["site"]
            for dimension, column in TESTED.items():
                named = {"site": site, "dimension": dimension, "name": row["risk_group"]}
                yield named | {"number": row[column]}


def _read(path):
    return read_counts(path) if path.exists() else None


def _run(manifest, summary, report):
    return {
        "run_id": manifest.run_id, "as_of": manifest.as_of, "started_at": manifest.started,
        "finished_at": manifest.finished, "is_published": manifest.published,
        "state": manifest.state, "is_followed": False, "patients": manifest.rows.assessment,
        "worklist": manifest.rows.worklist, "protocol": str(manifest.protocol),
        "summary": json.dumps(summary) if summary else None,
        "report": json.dumps(report) if report else None,
    }  # fmt: skip


def _counts(manifest, summary, report):
    yield "total", "patients", manifest.rows.assessment
    yield "total", "worklist", manifest.rows.worklist
    for dimension in DIMENSIONS:
        for name, number in summary.get(dimension, {}).items():
            yield dimension, name, number
    rejected = Counter()
    for row in report.get("rejection", ()):
        rejected[row["rejected_because"]] += row["rows_new"]
    yield from (("rejected_new", reason, number) for reason, number in rejected.items())
    for row in report.get("testing", ()):
        if row["is_total"] and "tested_recently" in row:  # not in the report of an earlier version
            for dimension, column in TESTED.items():
                yield dimension, row["risk_group"], row[column]


def runs(store, limit=90):
    """The newest runs: run_id, as_of, started_at, is_published, state, patients, worklist,
    protocol; newest first. patients, worklist: of the reader's sites, None where not known."""
    columns = (
        run.c.run_id,
        run.c.as_of,
        run.c.started_at,
        run.c.is_published,
        run.c.state,
        run.c.patients,
        run.c.worklist,
        run.c.protocol,
    )
    with store.reading() as con:
        rows = con.execute(select(*columns).order_by(run.c.started_at.desc()).limit(limit))
        found = [dict(row) for row in rows.mappings()]
        return found if sites_seen(store) is None else _with_totals(con, store, found)


def _with_totals(con, store, rows):
    counted = _counted(store, [row["run_id"] for row in rows])
    totals = select(counted).where(counted.c.dimension == "total")
    known = {}
    for row in con.execute(totals).mappings():
        known.setdefault(row["run_id"], {})[row["name"]] = row["number"]
    return [
        row | {name: known.get(row["run_id"], {}).get(name) for name in ("patients", "worklist")}
        for row in rows
    ]


def _counted(store, run_ids):
    """The counts of these runs among what the reader sees: run_id, dimension, name, number. Of all
    sites they are the table itself, with other runs in it"""
    sites = sites_seen(store)
    if sites is None:
        return run_count
    counts = site_count.c
    number = func.sum(counts.number).label("number")
    of_sites = select(counts.run_id, counts.dimension, counts.name, number)
    return (
        of_sites.where(counts.site.in_(sites), counts.run_id.in_(run_ids))
        .group_by(counts.run_id, counts.dimension, counts.name)
        .subquery()
    )


def counts_of_run(store, run_id):
    """The counts of a run, `{dimension: {name: number}}`, of the reader's sites."""
    counted, counts = _counted(store, [run_id]), {}
    chosen = select(counted).where(counted.c.run_id == run_id).order_by(counted.c.name)
    with store.reading() as con:
        for row in con.execute(chosen).mappings():
            counts.setdefault(row["dimension"], {})[row["name"]] = row["number"]
    return counts


def followed_run(store):
    """The published run that the items follow, as of `runs`, with is_newest: whether no newer one
    was published. None before the first."""
    columns = (
        run.c.run_id,
        run.c.as_of,
        run.c.started_at,
        run.c.patients,
        run.c.worklist,
        run.c.protocol,
        run.c.is_followed,
    )
    with store.reading() as con:
        published = (
            select(*columns).where(run.c.is_published).order_by(run.c.started_at.desc()).limit(1)
        )
        newest, followed = (
            con.execute(one).mappings().first()
            for one in (published, published.where(run.c.is_followed))
        )
    return {**followed, "is_newest": followed == newest} if followed else None


def run_report(store, run_id):
    """The summary and the report of a run as published, each {} where the run wrote none."""
    with store.reading() as con:
        found = con.execute(
            select(run.c.summary, run.c.report).where(run.c.run_id == run_id)
        ).first()
    return {
        name: json.loads(text or "{}")
        for name, text in zip(("summary", "report"), found or (None, None), strict=True)
    }


def outcomes(store, run_id):
    """What became of every expectation in a run, as its quality.json says it."""
    with store.reading() as con:
        return [
            dict(row)
            for row in con.execute(
                select(outcome).where(outcome.c.run_id == run_id).order_by(outcome.c.id)
            ).mappings()
        ]


def outcome_trend(store, nights=90):
    """By the name of `named_outcomes`: the run_id, as_of, outcome, rows_checked and rows_failed of
    the newest nights, oldest first."""
    newest = _newest(nights)
    columns = (
        outcome.c.suite, outcome.c.expectation, outcome.c.column, outcome.c.run_id, newest.c.as_of,
        outcome.c.outcome, outcome.c.rows_checked, outcome.c.rows_failed,
    )  # fmt: skip
    joined = (
        select(*columns)
        .join(newest, newest.c.run_id == outcome.c.run_id)
        .order_by(newest.c.started_at, outcome.c.id)
    )
    trend = {}
    with store.reading() as con:
        for name, row in named_outcomes(con.execute(joined).mappings()):
            trend.setdefault(name, []).append(
                {
                    name: row[name]
                    for name in ("run_id", "as_of", "outcome", "rows_checked", "rows_failed")
                }
            )
    return trend


def named_outcomes(rows):
    """(name, row) of the outcomes of runs: what tells one expectation from another, from night to
    night. Its place among the like ones of its run is in the name and not its threshold, so that
    a threshold that is changed, or worded anew, does not end its history."""
    places = Counter()
    for row in rows:
        like = row["suite"], row["expectation"], row["column"]
        yield (*like, places[row["run_id"], like]), row
        places[row["run_id"], like] += 1


def _newest(nights):
    return (
        select(run.c.run_id, run.c.as_of, run.c.started_at)
        .order_by(run.c.started_at.desc())
        .limit(nights)
        .subquery()
    )


def outcome_changes(store, run_id) -> list[dict[str, Any]]:
    """The outcomes of a run, each with its `name`, and `change` against the run before: NEW,
    PERSISTING, RESOLVED, or None (it passed, as before)."""
    now, earlier = outcomes(store, run_id), outcomes(store, _run_before(store, run_id))
    before = {name: row["outcome"] for name, row in named_outcomes(earlier)}
    bad = ("failed", "error")
    words = {(True, False): "NEW", (True, True): "PERSISTING", (False, True): "RESOLVED"}
    return [
        row | {"name": name, "change": words.get((row["outcome"] in bad, before.get(name) in bad))}
        for name, row in named_outcomes(now)
    ]


def _run_before(store, run_id):
    started = select(run.c.started_at).where(run.c.run_id == run_id).scalar_subquery()
    with store.reading() as con:
        return con.scalar(
            select(run.c.run_id)
            .where(run.c.started_at < started)
            .order_by(run.c.started_at.desc())
            .limit(1)
        )


def counts_over_time(store, dimension, nights=90):
    """`run_id, as_of, name, number` of the published runs among the newest nights, oldest first, of
    the reader's sites."""
    newest = _newest(nights)
    counted = _counted(store, select(newest.c.run_id))
    columns = (counted.c.run_id, newest.c.as_of, counted.c.name, counted.c.number)
    joined = (
        select(*columns)
        .join(newest, newest.c.run_id == counted.c.run_id)
        .join(run, run.c.run_id == counted.c.run_id)
    )
    chosen = joined.where(counted.c.dimension == dimension, run.c.is_published).order_by(
        newest.c.started_at, counted.c.name
    )
    with store.reading() as con:
        return [dict(row) for row in con.execute(chosen).mappings()]


def followed_pack(home, store):
    """The protocol pack of the run that the items follow, as the run keeps it, else the shipped
    one."""
    followed = followed_run(store)
    if not followed or not followed["protocol"]:
        return load()
    folder = home.runs / followed["run_id"]
    try:
        protocol = known_manifest(folder).protocol
    except FileNotFoundError:  # a run past its retention
        return load()
    return pack_of_run(folder, protocol, is_needed=False)

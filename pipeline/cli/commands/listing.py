"""The command that lists the runs: what became of each, how long it took, and why it was not
published."""

from pipeline.cli.commands.terminal import say, show
from pipeline.exports import as_rows
from pipeline.runs import HELD, held_manifests, last_failure, manifests, read_counts

COLUMNS = (
    "run_id", "as_of", "state", "took", "patients", "worklist", "protocol", "signed", "published",
)  # fmt: skip
SIGNED = {True: "yes", False: "no", None: "–"}  # None: of a run of an earlier version
IN_JSON = ("started", "finished", "seconds", "why", "protocol_change")
LEAST = ("published", "protocol")
EXPLAINED = 5  # of the newest runs, below the table


def runs(home, options):
    rows = [
        _row(home, run) for run in [*held_manifests(home), *manifests(home, published_only=False)]
    ]
    empty = f"No runs yet in {home.runs}. Type: b12 run PATH --source PROFILE"
    if options.format == "json":
        rows = [
            {name: row[name] for name in (*COLUMNS, *IN_JSON) if name != "took"} for row in rows
        ]
    else:
        rows = [row | {"signed": SIGNED[row["signed"]]} for row in rows]
    show(as_rows(rows, options.format, COLUMNS, empty=empty, least=LEAST))
    if options.format == "table":
        _explain(home, rows)


def _row(home, run):
    seconds = round((run.finished - run.started).total_seconds(), 1)
    return {
        "run_id": run.run_id, "as_of": str(run.as_of), "state": run.state, "took": _took(seconds),
        "patients": run.rows.assessment, "worklist": run.rows.worklist,
        "protocol": str(run.protocol), "signed": run.protocol.is_signed, "published": run.published,
        "started": run.started.isoformat(), "finished": run.finished.isoformat(),
        "seconds": seconds, "why": _why(home, run), "protocol_change": run.protocol_change,
    }  # fmt: skip


def _took(seconds):
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _why(home, run):
    "Why a run is not published, a sentence each; none for one that is"
    if run.state == "held":
        return list(run.warned)
    if run.state == "closed":
        return [_closed_by(outcome) for outcome in _closing(home, run)]
    if run.state == "replay":
        return [f"{run.replay_of} screened again, to compare."]
    if run.approval and not run.published:
        return [f"Decided by {run.approval.by}: {run.approval.because}"]
    return []


def _closing(home, run):
    try:
        outcomes = read_counts(home.runs / run.run_id / "quality.json")
    except FileNotFoundError:
        return []
    return [
        outcome
        for outcome in outcomes
        if outcome["severity"] == "critical"
        and outcome["outcome"] in ("failed", "error")
        and not outcome.get("is_muted")
    ]


def _closed_by(outcome):
    name = ".".join(filter(None, (outcome["suite"], outcome["column"])))
    return f"{name}: {outcome['note']} {outcome['todo']}"


def _explain(home, rows):
    for row in [row for row in rows if row["why"] or row["protocol_change"]][:EXPLAINED]:
        say(f"\n{row['run_id']}, {row['state']}:")
        for why in filter(None, (row["protocol_change"], *row["why"])):
            say(f"  {why}")
        if row["state"] == "held":
            say(f"  {home.runs / (HELD + row['run_id'])}/quality.json has more. Then: b12 decide")
    if failure := last_failure(home):
        say(f"\nThe last run failed at {failure.at:%Y-%m-%d %H:%M} UTC: {failure.why}")

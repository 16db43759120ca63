"""Texts for the terminal: the account of a delivery, the summary of a run."""

from collections import Counter
from itertools import islice

from pipeline.core import counted
from pipeline.exports.published import as_shown, published
from pipeline.exports.tabular import table
from pipeline.exports.width import fitted
from pipeline.runs import altered, change_by, latest_folder, read_counts, read_manifest

WORKLIST_COLUMNS = (
    "priority",
    "patient_id",
    "action",
    "waiting_since",
    "result",
    "result_on",
    "safety",
    "flags",
)
WORKLIST_LEAST = ("flags", "result_on", "waiting_since", "safety")  # left out first
PRIORITIES = {1: "urgent", 2: "soon", 3: "next weeks", 4: "routine"}
OUTCOMES = ("passed", "noted", "warned", "failed", "not_applicable", "error", "muted")


def describe(home, top=10, b12="b12"):
    """The last published run in words, with the top of the worklist and what to type next.

    b12: how the reader calls the command. Raises UsageError when no run was published.
    """
    folder = latest_folder(home)
    summary, outcomes = read_counts(folder / "summary.json"), read_counts(folder / "quality.json")
    manifest = read_manifest(folder)
    patients, pack = summary["patients"], manifest.protocol
    rows = list(as_shown(folder, islice(published(folder), top)))
    commands = ("serve", "worklist --priority 1", "explain PATIENT_ID", "rejects", "runs")
    lines = [
        f"Screened {counted(patients, 'patient')} as of {manifest.as_of} with protocol {pack}.",
        *_gates(outcomes),
        _counts("Scope", summary["scope"]),
        _counts("B12", summary["band"]),
        _counts("Cohorts", summary["cohort"]),
        _counts("Safety alerts", summary["alert"]),
        *_not_evaluated(summary["not_evaluated"]),
        _priorities(summary),
        *_shadows(folder / "shadows.json", manifest, b12),
        "",
        table(rows, WORKLIST_COLUMNS, least=WORKLIST_LEAST),
        f"Files: {folder.resolve()}",
        "Next: " + " · ".join(f"{b12} {command}" for command in commands),
    ]
    return fitted("\n".join(lines))


def _shadows(path, manifest, b12):
    "What other packs would list, where the run counted them: first that of the run before"
    before, counts = manifest.protocol_before, read_counts(path) if path.exists() else []
    if before:
        change = manifest.protocol_change
        yield f"{change[0].upper()}{change[1:]}. The worklist says so beside each patient."
    for shadow in counts:
        protocol, moved = shadow["protocol"], shadow["moved"]
        listed = counted(shadow["then"]["worklist"], "patient")
        if change := before and change_by(shadow, before.sha256):
            yield (
                f"By the former, tonight's data would list {listed}: the change adds"
                f" {change.adds:,}, removes {change.removes:,} and alters {change.alters:,}."
            )
            continue
        yield (
            f"Beside it, {protocol['pack']} {protocol['version']} would list {listed}:"
            f" {moved['come']:,} join, {moved['leave']:,} leave, {altered(shadow):,} change. More:"
            f" {b12} simulate --protocol PACK"
        )


def _priorities(summary):
    counts = ", ".join(
        f"{summary['priority'].get(str(number), 0):,} {word}" for number, word in PRIORITIES.items()
    )
    listed = counted(summary["worklist"], "patient")
    return f"Worklist: {listed}: {counts}. For a clinician's review; nothing here is an order."


def _gates(outcomes):
    counts = Counter(map(_outcome_word, outcomes))
    words = ", ".join(
        f"{counts[kind]} {kind.replace('_', ' ')}" for kind in OUTCOMES if counts[kind]
    )
    yield f"Gates open: {words or 'no expectation'}."
    for outcome in outcomes:
        found = outcome["observed"] or _rows(outcome)
        if outcome["outcome"] in ("failed", "error") and not outcome.get("is_muted"):
            yield (
                f"  {outcome['severity']}: {outcome['suite']} ({found}): {outcome['note']}"
                f" {outcome['todo']}"
            )
        if outcome.get("site_change"):  # not in the outcomes of an earlier version
            name = ".".join(filter(None, (outcome["suite"], outcome["column"])))
            yield f"  {name} ({outcome['outcome'].replace('_', ' ')}) {outcome['site_change']}"


def _rows(outcome):
    return f"{outcome['rows_failed']} of {counted(outcome['rows_checked'] or 0, 'row')}"


def _outcome_word(outcome):
    if outcome.get("is_muted"):
        return "muted"
    said = {"info": "noted", "warning": "warned"}
    is_failure = outcome["outcome"] == "failed"
    return said.get(outcome["severity"], "failed") if is_failure else outcome["outcome"]


def _counts(title, counts):
    return (
        f"{title}: "
        + (", ".join(f"{name} {number:,}" for name, number in counts.items()) or "none")
        + "."
    )


def _not_evaluated(counts):
    facts = [f"{fact} of {number:,}" for fact, number in counts.items() if number]
    if facts:
        yield f"Not evaluated, because an extract was never loaded: {', '.join(facts)}."


def account_line(account):
    """One file's Account on one line, with counts by reason and kind."""
    if account.entity == "reference":
        return f"{account.file}: reference, kept for the files that need it"
    if account.refused:
        return f"{account.file}: REFUSED, {account.refused}"
    parts = [
        f"{counted(account.rows, 'row')} = {account.accepted:,} accepted",
        _total("rejected", account.rejected),
        _total("skipped", account.skipped),
        counted(account.duplicates, "duplicate"),
    ]
    beside = []
    if account.blanked:
        beside.append("cells left out: " + _listed(account.blanked))
    if account.withdrawals:
        beside.append(f"withdrawals: {account.withdrawals:,}")
    return "; ".join([f"{account.file}: " + " + ".join(parts), *beside])


def _total(word, counts):
    listed = _listed(counts)
    return f"{sum(counts.values()):,} {word}" + (f" ({listed})" if listed else "")


def _listed(counts):
    "Names with their numbers, the largest first"
    most_first = sorted(counts.items(), key=lambda count: -count[1])
    return ", ".join(f"{name} {number:,}" for name, number in most_first)

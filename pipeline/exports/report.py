"""What people read on the terminal: the account of a delivery, the summary of a run, the worklist as a table."""

import csv
import io
import json

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from pipeline.core import UsageError

WORKLIST_COLUMNS = ("priority", "patient_id", "next_step", "waiting_since", "b12_reported", "b12_on", "safety", "flags")
PRIORITIES = {1: "urgent", 2: "soon", 3: "next weeks", 4: "routine"}


def describe(home, top=10, b12="b12"):
    """The last published run in words: gates, cohorts, the top of the worklist, where the files are, what to type next.

    b12: how the command is called from where the reader stands.
    """
    folder = latest(home)
    summary = _json(folder / "summary.json")
    manifest = _json(folder / "manifest.json")
    outcomes = _json(folder / "quality.json")
    lines = [
        f"Screened {summary['patients']:,} patients as of {manifest['as_of']} with protocol {' '.join(_pack(manifest))}.",
        *_gates(outcomes),
        _counts("Scope", summary["scope"]),
        _counts("B12", summary["band"]),
        _counts("Cohorts", summary["cohort"]),
        _counts("Safety alerts", summary["alert"]),
        _not_evaluated(summary["not_evaluated"]),
        f"Worklist: {summary['worklist']:,} patients: "
        + ", ".join(f"{summary['priority'].get(str(number), 0):,} {word}" for number, word in PRIORITIES.items())
        + ". For a clinician's review; nothing here is an order.",
        "",
        table(_head(folder / "worklist.parquet", top), WORKLIST_COLUMNS),
        f"Files: {folder.resolve()}",
        f"Next: {b12} serve · {b12} worklist --priority 1 · {b12} explain PATIENT_ID · {b12} rejects · {b12} runs",
    ]
    return "\n".join(line for line in lines if line is not None)


def _pack(manifest):
    return manifest["protocol"]["pack"], manifest["protocol"]["version"]


def _gates(outcomes):
    counts = {state: sum(one["outcome"] == state for one in outcomes) for state in ("passed", "failed", "not_applicable", "error")}
    words = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items() if number)
    yield f"Gates open: {words or 'no expectation'}."
    for one in outcomes:
        if one["outcome"] in ("failed", "error"):
            yield f"  {one['severity']}: {one['suite']} ({one['rows_failed']} of {one['rows_checked']} rows): {one['note']} {one['todo']}"


def _counts(title, counts):
    return f"{title}: " + (", ".join(f"{name} {number:,}" for name, number in counts.items()) or "none") + "."


def _not_evaluated(counts):
    never = [f"{fact} of {number:,}" for fact, number in counts.items() if number]
    return "Not evaluated, because an extract was never loaded: " + ", ".join(never) + "." if never else None


def latest(home):
    """The folder of the last published run. Raises UsageError when there is none."""
    folder = home.runs / "latest"
    if not folder.exists():
        raise UsageError(f"No run was published under {home.root}. Type: b12 run PATH --source PROFILE")
    return folder


def _json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def _head(path, rows):
    return pq.ParquetFile(path).read().slice(0, rows).to_pylist()


def worklist(home, *, priority=None):
    """The last published worklist as a list of rows; only one priority when given."""
    rows = pq.read_table(latest(home) / "worklist.parquet").to_pylist()
    return [row for row in rows if priority is None or row["priority"] == priority]


def worklist_csv(home, *, priority=None):
    """The last published worklist.csv as text, lines of one priority only when given."""
    with (latest(home) / "worklist.csv").open(encoding="utf-8", newline="") as file:
        text = file.read()
    if priority is None:
        return text.removesuffix("\n")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *(row for row in rows if row[header.index("priority")] == str(priority))])
    return out.getvalue().removesuffix("\n")


def table(rows, columns, width=160):
    """Rows as a plain table; lists are joined, empty cells are blank."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold", no_wrap=column in ("patient_id", "waiting_since", "b12_on"))
    for row in rows:
        shown.add_row(*(_cell(row.get(column)) for column in columns))
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, markup=False, emoji=False, color_system=None).print(shown)
    return out.getvalue().rstrip("\n")


def _cell(value):
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)


def account_line(account):
    """One file's account on one line, with counts by reason and kind."""
    if account.entity == "reference":
        return f"{account.file}: reference, kept for the files that need it"
    if account.refused:
        return f"{account.file}: REFUSED, {account.refused}"
    parts = [f"{account.rows:,} rows = {account.accepted:,} accepted"]
    parts += [_kinds(sum(kinds.values()), word, kinds) for word, kinds in (("rejected", account.rejected), ("skipped", account.skipped))]
    return f"{account.file}: " + " + ".join([*parts, f"{account.duplicates:,} duplicates"])


def _kinds(total, word, kinds):
    listed = ", ".join(f"{kind} {number:,}" for kind, number in sorted(kinds.items(), key=lambda one: -one[1]))
    return f"{total:,} {word}" + (f" ({listed})" if listed else "")

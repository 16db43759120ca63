"""The command that tells what followed the identification of patients."""

from contextlib import closing

from pipeline import worklist
from pipeline.cli.commands.terminal import check_file, show
from pipeline.core import UsageError
from pipeline.exports import as_rows
from pipeline.operations import OUTCOME_COLUMNS, outcome_rows, write_outcomes_report

LEAST = ("days_p90", "days_median", "due_15", "due_30", "site")  # left out where it is narrow


def outcomes(home, options):
    form = options.format or _ending(options.out)
    if form == "pdf" and options.out is None:
        raise UsageError("A PDF cannot be shown on a terminal. Write it to a file: --out FILE.pdf")
    with closing(worklist.open_store(home)) as store:
        worklist.follow(home, store)
        rows, as_of = outcome_rows(store, options.site)
    if options.out is None:
        shown = [
            {name: "–" if cell is None else cell for name, cell in row.items()} for row in rows
        ]
        show(as_rows(shown if form == "table" else rows, form, OUTCOME_COLUMNS, least=LEAST))
        return
    check_file(options.out)
    if form == "table":
        raise UsageError(f"--out {options.out}: a file is .csv or .pdf.")
    write_outcomes_report(rows, as_of, form, options.out)


def _ending(out):
    if out is None:
        return "table"
    if out.suffix.lower() not in (".csv", ".pdf"):
        raise UsageError(
            f"--out {out}: its ending names no format. Known endings: .csv, .pdf. Or give --format."
        )
    return out.suffix[1:].lower()

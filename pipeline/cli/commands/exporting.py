"""`b12 worklist` in the forms that other programs read."""

import sys

from pipeline import exports
from pipeline.cli.commands.recording import record_patients
from pipeline.cli.commands.terminal import check_file
from pipeline.core import UsageError
from pipeline.runs import latest_folder


def export(home, options, form):
    """Write the last published worklist (OMOP: the cohorts of everyone) to the file asked for, else
    to what reads the output."""
    if options.out is not None:
        check_file(options.out)
    elif exports.FORMATS[form].is_binary and (sys.stdout.isatty() or not _takes_bytes()):
        raise UsageError(
            f"{form} cannot be shown on a terminal. Write it to a file: --out"
            f" FILE{exports.FORMATS[form].suffix}"
        )
    folder = latest_folder(home).resolve()  # a run that is published meanwhile moves `latest`
    chosen = {"everyone": form == "omop", "priority": options.priority}
    named = (row for row in exports.published(folder, **chosen) if form != "omop" or row["cohorts"])
    record_patients(home, "export", named, detail=form)
    rows = exports.published(folder, **chosen)
    if form in ("xlsx", "fhir"):  # for people; OMOP has no place for what is done first
        rows = exports.as_shown(folder, rows)
    exports.write(form, rows, options.out or _Output(), meta=exports.meta_in(folder))


def _takes_bytes():
    return hasattr(sys.stdout, "buffer")


class _Output:
    "Standard output as a binary file"

    def write(self, data):
        if _takes_bytes():
            return sys.stdout.buffer.write(data)
        return sys.stdout.write(data.decode())

    def flush(self):
        sys.stdout.flush()

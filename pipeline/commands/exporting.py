"""`b12 worklist` in the forms that other programs read."""

import sys

from pipeline import exports
from pipeline.errors import UsageError
from pipeline.report import latest


def export(home, given):
    """Write the last published worklist (OMOP: the cohorts of everyone) to the file asked for, else to what reads the output."""
    if given.out is None and exports.FORMATS[given.format].is_binary and (sys.stdout.isatty() or not _takes_bytes()):
        raise UsageError(f"{given.format} is nothing for a terminal: --out FILE{exports.FORMATS[given.format].suffix}")
    folder = latest(home).resolve()  # a run that is published meanwhile moves `latest`
    rows = exports.published(folder, everyone=given.format == "omop", priority=given.priority)
    exports.write(given.format, rows, given.out or _Output(), meta=exports.meta_in(folder))


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

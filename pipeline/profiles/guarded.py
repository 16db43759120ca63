"""Cells of a map that a spreadsheet does not run, and that are read back as they were."""

import re

from pipeline.core import CELL_BREAKS, CELL_SIGNS, CELL_SPACES

# the sign may be missing, so that a run is looked at once: the time grows with the text alone
_RUN = re.compile(f"(^[{CELL_SPACES}]*|[;{CELL_BREAKS}][;{CELL_SPACES}]*)('*)([{CELL_SIGNS}]?)")


def guarded(text):
    """A text with one more apostrophe wherever a spreadsheet would run what follows, or where one
    stands there already; `unguarded` gives it back."""
    return _RUN.sub(lambda run: f"{run[0][:-1]}'{run[3]}" if run[3] else run[0], text)


def unguarded(text):
    """A text as it was before `guarded`, or before an export kept a spreadsheet from running it."""
    return _RUN.sub(lambda run: f"{run[1]}{run[2][1:]}{run[3]}" if run[3] else run[0], text)

"""Cells of a map that a spreadsheet does not run, and that are read back as they were."""

import re

# Where a spreadsheet begins a cell: at the start, and after what divides cells somewhere
_BREAKS = "\t\n\x0b\x0c\r\x85\u2028\u2029"
_SPACES = f"{_BREAKS} \xa0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
_SIGNS = "=+@\uff1d\uff0b\uff20\uff0d\u2212-"
# the sign may be missing, so that a run is looked at once: the time grows with the text alone
_RUN = re.compile(f"(^[{_SPACES}]*|[;{_BREAKS}][;{_SPACES}]*)('*)([{_SIGNS}]?)")


def guarded(text):
    """A text with one more apostrophe wherever a spreadsheet would run what follows, or where one
    stands there already; `unguarded` gives it back."""
    return _RUN.sub(lambda run: f"{run[0][:-1]}'{run[3]}" if run[3] else run[0], text)


def unguarded(text):
    """A text as it was before `guarded`, or before an export kept a spreadsheet from running it."""
    return _RUN.sub(lambda run: f"{run[1]}{run[2][1:]}{run[3]}" if run[3] else run[0], text)

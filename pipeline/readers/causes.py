"""Why a CSV file does not fit its profile, and what would cure it: said with a refusal, and never
with a value of the file."""

import re
from itertools import product

from pipeline.core import Refused
from pipeline.readers.rows.header import read_header

DELIMITERS = {
    ",": ("a comma", "commas"), ";": ("a semicolon", "semicolons"), "\t": ("a tab", "tabs"),
    "|": ("a vertical bar", "vertical bars"),
}  # fmt: skip
QUOTES = ('"', "'")
TITLE_LINES = 20  # a report may have that many lines above its header
START = 1 << 16
_VALUE = re.compile(r"[\d.,:/ T+-]*\d[\d.,:/ TZ+-]*")


def cause_of_lacking(path, dialect, required, header):
    """Why a header lacks required columns, and what to do, as the end of a sentence."""
    if cause := cause_in_dialect(path, dialect, required, len(header.cells)):
        return cause
    if line := _later_header(path, dialect, required):
        return f"; the header is line {line}: delete the lines above it"
    if any(_VALUE.fullmatch(name) for name in header.cells):
        return "; it holds values, not column names: add a header line above it"
    return "; if they have other names in this file, write these under `columns` in the profile"


def cause_in_dialect(path, dialect, required, cells=1):
    """The key of the dialect that keeps a header from being read, as the end of a sentence; empty
    if the dialect is not the cause.

    cells: how many the header has, cut by this dialect.
    """
    others = [
        dialect.model_copy(update={"delimiter": delimiter, "quote": quote})
        for delimiter, quote in product(DELIMITERS, QUOTES)
        if (delimiter, quote) != (dialect.delimiter, dialect.quote)
    ]
    cut = {other: _names(path, other) for other in others}
    fitting = [other for other in others if set(required) <= set(cut[other])]
    if fitting:
        # of two that fit, the one that changes less
        return _cure(dialect, min(fitting, key=lambda other: _changes(dialect, other)))
    likely = max(
        (other for other in others if other.quote == dialect.quote),
        key=lambda other: len(cut[other]),
    )
    is_cut = len(cut[likely]) >= max(len(required), 2)
    return _cure(dialect, likely) if cells == 1 and is_cut else ""


def _names(path, dialect, skip=0):
    try:
        return [name.lower() for name in read_header(path, dialect, skip).cells]
    except Refused:
        return []


def _changes(dialect, other):
    return (dialect.delimiter != other.delimiter) + (dialect.quote != other.quote)


def _cure(dialect, other):
    said, keys = [], []
    if other.delimiter != dialect.delimiter:
        profile_says = DELIMITERS.get(dialect.delimiter, (f'"{dialect.delimiter}"',))[0]
        said.append(
            f"this file is separated by {DELIMITERS[other.delimiter][1]}; the profile says"
            f" {profile_says}"
        )
        written = other.delimiter.replace("\t", "\\t")
        keys.append(f'dialect.delimiter: "{written}"')
    if other.quote != dialect.quote:
        said.append(f"its cells are quoted by {other.quote}; the profile says {dialect.quote}")
        around = QUOTES[other.quote == QUOTES[0]]
        keys.append(f"dialect.quote: {around}{other.quote}{around}")
    return f"; {', and '.join(said)}: set {' and '.join(keys)}"


def _later_header(path, dialect, required):
    "The line of the first lines that has all required columns; None"
    with path.open("rb") as file:
        text = file.read(START)
    skip = 0
    for line, content in enumerate(text.split(b"\n")[:TITLE_LINES], start=1):
        if set(required) <= set(_names(path, dialect, skip)):
            return line
        skip += len(content) + 1
    return None

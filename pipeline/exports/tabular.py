"""Rows as text: a table for the terminal, CSV, JSON."""

import csv
import io
import json

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from pipeline.exports.cells import escaped
from pipeline.exports.width import UNKNOWN, fitted, width_of

UNBROKEN = ("patient_id", "run_id", "as_of", "waiting_since", "result_on", "code", "sha256")
GAP, LONGEST_WORD, FEWEST = 2, 24, 2  # between columns; of a word; columns that stay


def table(rows, columns, *, width=None, least=()):
    """Rows as a plain table; lists are joined, empty cells are blank.

    width: in characters, else that of the terminal. Where it is too narrow, cells are broken, and
    where that does not help, columns are left out and named below: first those of `least`, in its
    order, then the last ones. Without a terminal all columns are there.
    """
    rows = [[_cell(row.get(column)) for column in columns] for row in rows]
    narrow = width or width_of()
    sizes = {column: _size(column, place, rows) for place, column in enumerate(columns)}
    kept = _kept(columns, sizes, narrow, least) if narrow else columns
    shown = Table(box=None, pad_edge=False, header_style="bold")
    wide = narrow or max(UNKNOWN, _needed(kept, sizes))
    for column, size in _widths(kept, sizes, wide).items():
        shown.add_column(column, overflow="fold", width=size)
    places = [columns.index(column) for column in kept]
    for row in rows:
        shown.add_row(*(row[place] for place in places))
    left_out = [column for column in columns if column not in kept]
    note = f"\nLeft out to fit the terminal: {', '.join(left_out)}." if left_out else ""
    return _printed(shown, wide) + (fitted(note) if note else "")


def _printed(shown, width):
    out = io.StringIO()
    Console(
        file=out, width=width, highlight=False, markup=False, emoji=False, color_system=None
    ).print(shown)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))


def _size(column, place, rows):
    "(least width, width at which no cell is broken)"
    cells = [column, *(row[place] for row in rows)]
    whole = max(map(cell_len, cells))
    if column in UNBROKEN:
        return whole, whole
    longest = max(cell_len(word) for cell in cells for word in cell.split() or [""])
    return min(whole, max(cell_len(column), min(longest, LONGEST_WORD))), whole


def _kept(columns, sizes, width, least):
    kept = list(columns)
    going = [*(column for column in least if column in kept), *reversed(columns)]
    for column in dict.fromkeys(going):
        if _needed(kept, sizes) <= width or len(kept) <= FEWEST:
            break
        kept.remove(column)
    return kept


def _needed(columns, sizes):
    return sum(sizes[column][0] for column in columns) + GAP * (len(columns) - 1)


def _widths(columns, sizes, width):
    "Each as wide as it needs, and what is too wide shares what is left"
    widths = {column: sizes[column][0] for column in columns}
    left = width - _needed(columns, sizes)
    wanting = sorted(columns, key=lambda column: sizes[column][1] - sizes[column][0])
    for place, column in enumerate(wanting):
        more = min(sizes[column][1] - sizes[column][0], max(left, 0) // (len(wanting) - place))
        widths[column] += more
        left -= more
    return widths


def _cell(value):
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)


def as_rows(rows, form, columns, *, empty="No rows.", least=()):
    """The rows as text in one of the forms `table`, `csv`, `json`. empty: what a table without rows
    says. least: see `table`."""
    if form == "json":
        return as_json(rows)
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(
            out, columns, extrasaction="ignore", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
        )
        out.write(",".join(columns) + "\n")
        writer.writerows({key: escaped(value) for key, value in row.items()} for row in rows)
        return out.getvalue().rstrip("\n")
    return table(rows, columns, least=least) if rows else fitted(empty)


def as_json(value):
    """Any value as indented JSON; dates as text."""
    return json.dumps(value, indent=1, default=str)

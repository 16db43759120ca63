"""Rows as text: a table for the terminal, CSV, JSON."""

import csv
import io
import json

from rich.console import Console
from rich.table import Table

from pipeline.exports.cells import escaped

UNBROKEN = ("patient_id", "waiting_since", "b12_on")  # columns whose cells stay on one line


def table(rows, columns, width=160):
    """Rows as a plain table; lists are joined, empty cells are blank. width: in characters."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold", no_wrap=column in UNBROKEN)
    for row in rows:
        shown.add_row(*(_cell(row.get(column)) for column in columns))
    out = io.StringIO()
    Console(
        file=out, width=width, highlight=False, markup=False, emoji=False, color_system=None
    ).print(shown)
    return out.getvalue().rstrip("\n")


def _cell(value):
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)


def as_rows(rows, form, columns, *, empty="No rows."):
    """The rows as text in one of the forms `table`, `csv`, `json`. empty: what a table without rows
    says."""
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
    return table(rows, columns) if rows else empty


def as_json(value):
    """Any value as indented JSON; dates as text."""
    return json.dumps(value, indent=1, default=str)

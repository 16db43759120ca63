"""Rows on the terminal: as a table, as CSV that no spreadsheet runs, as JSON."""

import csv
import io
import json

from pipeline.exports.report import table


def as_rows(rows, form, columns):
    """The rows as text in one of the forms `table`, `csv`, `json`."""
    if form == "json":
        return as_json(rows)
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _safe(value) for key, value in row.items()} for row in rows)
        return out.getvalue().rstrip("\n")
    return table(rows, columns) if rows else "Nothing."


def _safe(value):
    "A text that a spreadsheet would run is led by an apostrophe"
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def as_json(value):
    """Any value as indented JSON; dates as text."""
    return json.dumps(value, indent=1, default=str)

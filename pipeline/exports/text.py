"""CSV and JSON, row by row."""

import csv
import io
import json
from itertools import chain

from pipeline.exports.cells import cell, columns_of


def write_csv(rows, out, meta):
    """Write the rows as CSV (RFC 4180, UTF-8) into a binary file: lists joined by |, and no cell
    that a spreadsheet would run."""
    rows = iter(rows)
    first = next(rows, None)
    columns = columns_of(first) if first else []
    write_lines(
        out,
        columns,
        (
            [cell(row.get(name), joined="|") for name in columns]
            for row in chain([first] if first else [], rows)
        ),
    )


def write_lines(out, columns, lines):
    """Write a heading and lines of cells as CSV into a binary file."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    out.write(",".join(columns).encode() + b"\r\n")
    for cells in lines:
        writer.writerow(cells)
        out.write(line.getvalue().encode())
        line.seek(0)
        line.truncate()


def write_json(rows, out, meta):
    """Write the rows as a JSON list into a binary file, dates as texts; only the columns of an
    export."""
    write_list(out, "[", ({name: row[name] for name in columns_of(row)} for row in rows), "]\n")


def write_list(out, head, values, tail):
    """Write values as JSON one by one between a head and a tail, divided by commas."""
    out.write(head.encode())
    for place, value in enumerate(values):
        out.write(
            (",\n" if place else "\n").encode()
            + json.dumps(value, default=str, ensure_ascii=False).encode()
        )
    out.write(b"\n" + tail.encode())

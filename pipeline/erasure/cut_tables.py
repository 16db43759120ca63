"""Cut rows out of a delivered table of any form: all others keep their line."""

import csv
import io
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyreadstat
import xlsxwriter

from pipeline.core import replacing
from pipeline.erasure.cut import breaks_of
from pipeline.readers import (
    cell_text,
    is_parquet,
    is_transport,
    is_workbook,
    line_ends,
    sheet_read,
    sheets_of,
    whole_transport,
)

WORKBOOK = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}  # a text that looks like a formula stays a text


def cut_rows(path, rows, *, ids, dialect, sheet=None):
    """Empty these Rows of a table of any form; of a workbook's other sheets, which are not read,
    those with a cell that is one of the Ids."""
    if is_workbook(path):
        _cut_workbook(path, rows, ids, sheet)
    elif is_transport(path):
        _cut_transport(path, rows)
    elif is_parquet(path):
        _cut_parquet(path, rows)
    else:
        ends = line_ends(path, dialect.encoding)
        left_of = partial(_left_of_row, _header_of(path, dialect), dialect)
        cut_lines(path, rows, encoding=dialect.encoding, ends=ends, left_of=left_of)


def _header_of(path, dialect):
    with path.open(encoding=dialect.encoding, errors="surrogateescape", newline="") as file:
        return next(csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def _left_of_row(header, dialect, row, text):
    "Its line breaks, and of a row that is of others, too, their cells"
    if row.columns is None:
        return breaks_of(text)
    form = {"delimiter": dialect.delimiter, "quotechar": dialect.quote}
    body = text.rstrip("\r\n")
    cells = next(csv.reader(io.StringIO(body, newline=""), **form))
    kept = [
        breaks_of(cell) if _is_named(name, row.columns) else cell
        for name, cell in zip(header, cells, strict=True)
    ]
    csv.writer(left := io.StringIO(), lineterminator="\r\n", **form).writerow(kept)
    return left.getvalue().removesuffix("\r\n") + text[len(body) :]


def _is_named(name, columns):
    return name.strip().lstrip("\ufeff").lower() in columns


def cut_lines(path, extents, *, encoding, ends, left_of=lambda row, text: breaks_of(text)):
    """Blank the lines of these Rows of a text: all others keep their line. left_of: what stays of a
    row, of its text."""
    extents = iter(extents)
    extent = next(extents, None)
    text = {"encoding": encoding, "errors": "surrogateescape"}
    with (
        replacing(path) as part,
        path.open(newline=ends, **text) as source,
        part.open("w", newline="", **text) as target,
    ):
        theirs = []
        for number, line in enumerate(source, start=1):
            if extent and extent.last is not None and extent.last < number:
                target.write(left_of(extent, "".join(theirs)))
                extent, theirs = next(extents, None), []
            if extent and extent.first <= number:
                theirs.append(line)
            else:
                target.write(line)
        if extent and theirs:
            target.write(left_of(extent, "".join(theirs)))


def _cut_workbook(path, rows, ids, sheet):
    """The rest is written anew, as the reader sees it: formulas are values, and nothing hidden (a
    pivot table's cache, a comment) keeps a row"""
    theirs, read = {row.first: row for row in rows}, sheet_read(path, sheet)
    with replacing(path) as part, xlsxwriter.Workbook(part, WORKBOOK) as book:
        for name, sheet_rows in sheets_of(path):
            is_read = name == read
            target, header = book.add_worksheet(name), ()
            for number, row in enumerate(sheet_rows, start=1):
                header = header or [cell_text(cell) for cell in row if is_read]
                if is_read and number in theirs:
                    row = _left_of_cells(header, theirs[number].columns, row)
                elif not is_read and any(cell_text(cell) in ids for cell in row):
                    row = ()
                target.write_row(number - 1, 0, map(_kept, row))


def _left_of_cells(header, columns, cells):
    if columns is None:
        return ()
    theirs = {place for place, name in enumerate(header) if _is_named(name, columns)}
    return [None if place in theirs else cell for place, cell in enumerate(cells)]


def _kept(cell):
    "Numbers and truth values stay what they are, all else is text as the reader has it"
    return cell if cell is None or isinstance(cell, (bool, int, float)) else cell_text(cell)


def _cut_transport(path, rows):
    frame, meta, version = whole_transport(path)
    for name in frame.columns:
        theirs = frame.index[[row.first - 1 for row in rows if _is_emptied(name, row)]]
        is_number = pd.api.types.is_numeric_dtype(frame[name])
        frame.loc[theirs, name] = np.nan if is_number else ""
    with replacing(path) as part:
        pyreadstat.write_xport(
            frame,
            str(part),
            file_format_version=version,
            table_name=meta.table_name,
            variable_format=meta.original_variable_types,
        )


def _cut_parquet(path, rows):
    "Rows of nulls stay: a row's line is its place"
    with pq.ParquetFile(path) as source, replacing(path) as part:
        schema = source.schema_arrow
        nullable = pa.schema([field.with_nullable(True) for field in schema], schema.metadata)
        emptied = [
            np.array([row.first - 1 for row in rows if _is_emptied(name, row)], np.int64)
            for name in schema.names
        ]
        start = 0
        with pq.ParquetWriter(part, nullable) as target:
            for batch in source.iter_batches():
                places = np.arange(start, start + len(batch))
                columns = [
                    pc.if_else(pa.array(np.isin(places, theirs)), None, column)  # pyright: ignore[reportAttributeAccessIssue]
                    for theirs, column in zip(emptied, batch.columns, strict=True)
                ]
                target.write_batch(pa.record_batch(columns, schema=nullable))
                start += len(batch)


def _is_emptied(name, row):
    return row.columns is None or _is_named(name, row.columns)

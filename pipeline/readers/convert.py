"""Excel workbooks and SAS transport files as tables that the reader knows: known by their content,
not by their names."""

import csv
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from pipeline.core import Refused
from pipeline.profiles import Dialect
from pipeline.readers.limits import beyond_unpacked
from pipeline.readers.unpack import as_table_text, check_size, is_zip, most_of, zip_holds

TRANSPORT = b"HEADER RECORD*******LIB"  # of version 5; version 8 has LIBV8
ROWS = 1 << 20  # that a sheet has at most
EXACT = 1e15  # from here on Excel has lost the last digits of a number
CHUNK = 50_000
BROKEN = (  # what openpyxl raises for XML that is cut, or that lacks something
    SyntaxError, LookupError, ValueError, TypeError, AttributeError, OSError, EOFError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Converted:
    """A table that load_table reads. encoding: that of a CSV with commas; None where the file was
    a table already, or is Parquet now. notes: what was not read, in sentences."""

    path: Path
    encoding: str | None = None
    notes: tuple[str, ...] = ()


def is_workbook(path):
    """Whether a file is an Excel workbook (.xlsx)."""
    return is_zip(path) and zip_holds(path, "xl/workbook.xml")


def is_transport(path):
    """Whether a file is a SAS transport file (.xpt) of version 5 or 8."""
    with path.open("rb") as file:
        return file.read(len(TRANSPORT)) == TRANSPORT


def converted(path, folder, *, sheet=None, decimal_mark=".", most=None):
    """A workbook's sheet as CSV, one row a line, or a transport file as Parquet, in `folder`; any
    other file as it is. Returns Converted; raises Refused for a damaged file.

    sheet: its name; the first one if None. decimal_mark: the one that the profile expects of a
    number. most: how many rows are enough.
    """
    if is_workbook(path):
        return _of_workbook(path, folder, sheet=sheet, decimal_mark=decimal_mark, most=most)
    if is_transport(path):
        return Converted(_of_transport(path, folder, most))
    return Converted(path)


def sheets_of(path):
    """Yields the name of each sheet of a workbook that is not empty, and its rows, from the first:
    lists of cells as Excel kept them, errors and empty ones None."""
    with _workbook(path) as book:
        for sheet in book.worksheets:
            rows = _rows(sheet)
            if any(any(cell is not None for cell in row) for row in rows):
                yield sheet.title, _rows(sheet)


def sheet_read(path, sheet):
    """The name of the sheet that is read: the one of this name, or the first that is not empty;
    None where a workbook has none."""
    names = [name for name, _ in sheets_of(path)]
    return next((name for name in names if sheet is None or name.strip() == sheet.strip()), None)


def cell_text(value, decimal_mark="."):
    """A cell as a table has it: dates in ISO 8601, whole numbers without a fraction, true and
    false; empty for nothing.

    A number that has lost digits is written as 1.2e+17, so that it is never taken for an id.
    """
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        return f"{value:.15g}".replace(".", decimal_mark)
    if isinstance(value, datetime):
        value = value.replace(microsecond=0)
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat("seconds") if isinstance(value, time) else value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return " ".join(str(value).splitlines())


@contextmanager
def _workbook(path):
    check_size(path)
    with path.open("rb") as file, _refused_if_broken():
        with warnings.catch_warnings(action="ignore"):  # a style that it does not know
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        yield book


@contextmanager
def _refused_if_broken():
    try:
        yield
    except BROKEN:
        raise Refused(
            "the Excel workbook is damaged: open it in Excel, save it again and deliver that"
        ) from None


def _rows(sheet):
    sheet.reset_dimensions()  # what a writer says of them is often wrong
    with _refused_if_broken():
        for row in islice(sheet.iter_rows(), ROWS):
            yield [None if cell.data_type == "e" else cell.value for cell in row]


def _of_workbook(path, folder, *, sheet, decimal_mark, most):
    copy, others, is_read = folder / "sheet.csv", [], False
    for name, rows in sheets_of(path):
        if is_read or (sheet is not None and name.strip() != sheet.strip()):
            others.append(name)
            continue
        is_read = True
        with copy.open("w", encoding="utf-8", newline="") as target:
            cells = (
                [cell_text(cell, decimal_mark) for cell in row]
                for row in _trimmed(islice(rows, most and most + 1))
            )
            csv.writer(target, lineterminator="\n").writerows(_bounded(cells, path))
    if not is_read:
        known = f"no sheet {sheet}; it has: {', '.join(others)}" if others else "no sheet with rows"
        raise Refused(f"the Excel workbook has {known}")
    note = f"sheets of the workbook that were not read: {', '.join(others)}"
    return Converted(copy, "utf-8", (note,) if others else ())


def _trimmed(rows):
    "Each row as wide as the header: what a sheet leaves out at the end of a row is empty"
    width = 0
    for row in rows:
        while row and row[-1] is None:
            row.pop()
        width = width or len(row)
        yield row + [None] * (width - len(row)) if row else []


def _bounded(rows, path):
    "A workbook keeps a text once, and names it in a million cells: raises Refused for such a bomb"
    most, written = most_of(path), 0
    for row in rows:
        written += sum(map(len, row)) + len(row)
        if written > most:
            raise beyond_unpacked(written, most)
        yield row


def _of_transport(path, folder, most):
    copy, writer = folder / "transport.parquet", None
    try:
        for columns in _transport_chunks(path, most):
            table = pa.table(
                {
                    name: pa.array([cell_text(cell) or None for cell in cells], pa.string())
                    for name, cells in columns.items()
                }
            )
            writer = writer or pq.ParquetWriter(copy, table.schema)
            writer.write_table(table)
    finally:
        if writer:
            writer.close()
    return copy


def _transport_chunks(path, most=None):
    """The columns, a part of the rows at a time, the last part may be empty: name -> cells"""
    offset, size = 0, min(most or CHUNK, CHUNK)
    while True:
        columns, _ = _transport(path, row_offset=offset, row_limit=size, output_format="dict")
        yield columns
        rows = len(next(iter(columns.values()), ()))
        offset += rows
        if rows < size or (most and offset >= most):
            return


def whole_transport(path):
    """A transport file whose days and times stay numbers, as a data frame, what the file says of
    its columns, and its version, 5 or 8. Raises Refused where it is damaged."""
    frame, meta = _transport(path, disable_datetime_conversion=True)
    with path.open("rb") as file:
        return frame, meta, 8 if b"LIBV8" in file.read(40) else 5


def _transport(path, **options):
    "A text is in UTF-8 or, of most SAS on Windows, in cp1252"
    for encoding in (None, "cp1252"):
        try:
            return pyreadstat.read_xport(path, encoding=encoding, **options)
        except UnicodeDecodeError:
            continue
        except (pyreadstat.ReadstatError, *BROKEN):
            break
    raise Refused("the SAS transport file is damaged: deliver it again")


def as_table(path, folder, profile):
    """What load_table reads, the profile with the dialect of that, and sentences on what is left
    out."""
    if profile.format != "table":
        return path, profile, ()
    table = converted(path, folder, sheet=profile.sheet, decimal_mark=profile.decimal_mark)
    path, dialect = table.path, profile.dialect
    if table.encoding:
        dialect = Dialect(encoding=table.encoding)
    elif path.suffix != ".parquet":
        path, encoding = as_table_text(path, folder, dialect.encoding)
        dialect = dialect.model_copy(update={"encoding": encoding})
    return path, profile.model_copy(update={"dialect": dialect}), table.notes

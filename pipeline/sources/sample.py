"""The first rows of delivered tables of any kind, to draft a profile from; nothing of them is
kept."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core import Refused, UsageError
from pipeline.profiles import Dialect
from pipeline.readers import (
    cell_text,
    converted,
    delivered_tables,
    is_parquet,
    is_transport,
    is_workbook,
    refuse_other_kinds,
    sheets_of,
    unpacked,
)

ROWS = 1000
LINE = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "cp1252")
SKIPPED = ("readme", "license", "licence")


@dataclass(frozen=True)
class Sample:
    """A table's first rows. name: that of its file, or of the member of a zip.

    columns: header -> its cells that are not empty. dialect: None where it is not text. sheet: that
    of a workbook, where it is not the first. archive: the zip of several tables that it is in.
    is_ascii: whether it is text that fits any encoding.
    """

    name: str
    columns: dict
    dialect: Dialect | None = None
    sheet: str | None = None
    archive: str | None = None
    is_ascii: bool = False


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be read as a table, and why."""

    name: str
    why: str


def samples_of(paths):
    """A Sample, or an Unreadable, of every table in files and folders. Raises UsageError for a path
    that does not exist."""
    found = []
    for path, name in tables_among(paths):
        with TemporaryDirectory(prefix="b12-") as folder:
            try:
                found += _of_file(path, name, Path(folder))
            except Refused as refusal:
                found.append(Unreadable(name, str(refusal)))
    return found


def tables_among(paths: Iterable[Path]):
    """Every file in files and folders with its name: its path below the folder. Hidden files and a
    README are left out; raises UsageError for a path that does not exist."""
    for root in paths:
        if not root.exists():
            raise UsageError(f"The file {root} does not exist. Check the path.")
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for path in files:
            name = path.relative_to(root).as_posix() if root.is_dir() else path.name
            is_hidden = any(part.startswith(".") for part in Path(name).parts)
            if path.is_file() and not is_hidden and not name.lower().startswith(SKIPPED):
                yield path, name


def _of_file(path, name, folder):
    for table, table_name in delivered_tables(path, name, folder):
        archive = name if table != path else None
        with TemporaryDirectory(dir=folder) as own:
            yield _of_table(unpacked(table, Path(own)), table_name, Path(own), archive)


def _of_table(path, name, folder, archive):
    if is_workbook(path):
        return _of_workbook(path, name, archive)
    if is_transport(path) or is_parquet(path):
        return Sample(name, _of_parquet(converted(path, folder, most=ROWS).path), archive=archive)
    return _of_text(path, name, archive)


def _of_workbook(path, name, archive):
    "Of its sheets the one with the most columns: a cover has few"
    sheets = []
    for title, rows in sheets_of(path):
        header, *cells = [[cell_text(cell) for cell in row] for row in islice(rows, ROWS)] or [[]]
        sheets.append((len(header), -len(sheets), title, header, cells))
    if not sheets:
        raise Refused("the workbook has no sheet with rows")
    _, place, title, header, cells = max(sheets)
    _check_header(header)
    return Sample(name, _columns(header, cells), sheet=title if place else None, archive=archive)


def _of_parquet(path):
    try:
        with pq.ParquetFile(path) as file:
            batch = next(file.iter_batches(ROWS), None)
    except (pa.ArrowInvalid, OSError):
        raise Refused("it is not readable Parquet") from None
    columns = {} if batch is None else batch.to_pydict()
    return {
        name: [text for cell in cells if (text := cell_text(cell).strip())]
        for name, cells in columns.items()
    }


def _of_text(path, name, archive):
    encoding, lines = _lines(path)
    delimiter = max(DELIMITERS, key=lines[0].count)
    try:
        header, *rows = csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        raise Refused("a cell in it is too long, or a quotation mark is missing") from None
    _check_header(header)
    dialect = Dialect(delimiter=delimiter, quote='"', encoding=encoding)
    is_ascii = all(map(str.isascii, lines))
    return Sample(name, _columns(header, rows), dialect, archive=archive, is_ascii=is_ascii)


def _lines(path):
    with path.open("rb") as file:
        is_utf_16 = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if is_utf_16 else ENCODINGS:
        refuse_other_kinds(path, encoding)
        try:
            with path.open(encoding=encoding, newline="") as file:
                lines = [file.readline(LINE) for _ in range(ROWS)]
        except UnicodeError:
            continue
        lines = [line.replace("\0", "") for line in lines if line.strip()]
        if not lines:
            raise Refused("it is empty")
        return encoding.removesuffix("-sig"), lines
    raise Refused("it is neither UTF-8 nor Windows-1252: export it as CSV")


def _check_header(header):
    if len(header) < 2:
        raise Refused(
            "its first line is not a header of several columns, divided by one of , ; tab |"
        )
    if any(_is_value(name) for name in header):
        raise Refused("its first line holds values, not column names: add a header line above it")


def _is_value(name):
    return (
        len(name.strip()) > 1
        and name.strip()[-1].isdigit()
        and not any(letter.isalpha() for letter in name)
    )


def _columns(header, rows):
    return {
        name.strip(): [
            row[place].strip() for row in rows if place < len(row) and row[place].strip()
        ]
        for place, name in enumerate(header)
        if name.strip()
    }

"""Erase a patient from a delivered file of any format: all other records keep their
line."""

import csv
import gzip
import re
import shutil
import zipfile
from collections import deque
from contextlib import closing, contextmanager
from functools import partial

import pyreadstat
import xlsxwriter

from pipeline.core import SQL, replacing
from pipeline.engine import connect, quoted_identifier
from pipeline.erasure.ids import Ids
from pipeline.erasure.messages import erase_messages, erase_resources
from pipeline.profiles import PatientId
from pipeline.readers import (
    LONGEST_RECORD,
    cell_text,
    define_patient_id,
    extracted,
    is_gzip,
    is_parquet,
    is_transport,
    is_workbook,
    is_zip,
    sheets_of,
    tables_in_zip,
    whole_transport,
)

WORKBOOK = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}  # a text that looks like a formula stays a text


class MissingColumn(Exception):
    """A table has no column of that name."""


def erase_delivered(path, profile, kind, ids):
    """Erase the records of these patient ids from an archived file; returns how many went.

    profile, kind: those under which the file was delivered.
    """
    if profile.format in ("table", "meds"):
        return erase_table(path, profile.for_kind(kind), profile.patient_cells(kind), ids)
    erase = erase_messages if profile.format == "hl7v2" else erase_resources
    return _erase_unpacked(
        path, lambda plain: erase(plain, Ids(frozenset(ids), profile.patient_id.clean))
    )


def erase_table(path, profile, cells, ids):
    """Erase from a table of any form the rows in which one of these lists of columns, joined by a
    space, holds one of the ids; returns how many. profile: as it is for this kind of file. Raises
    MissingColumn."""
    wanted = Ids(frozenset(ids), profile.patient_id.clean)

    def erase(plain):
        if is_workbook(plain):
            return erase_workbook(plain, cells, wanted, profile.sheet)
        if is_transport(plain):
            return erase_transport(plain, cells, wanted)
        if is_parquet(plain):
            return erase_parquet(plain, cells, ids, patient_id=profile.patient_id)
        return erase_csv(plain, cells, wanted, profile.dialect)

    return _erase_unpacked(path, erase)


def _erase_unpacked(path, erase):
    "Erase from what a gzip or a zip holds, or from the file itself"
    if is_gzip(path):
        return _erase_in_gzip(path, lambda plain: _erase_unpacked(plain, erase))
    if is_zip(path) and not is_workbook(path):
        return _erase_in_zip(path, lambda plain: _erase_unpacked(plain, erase))
    return erase(path)


def _erase_in_gzip(path, erase):
    with _plain_beside(path) as plain:
        with gzip.open(path) as packed, plain.open("wb") as target:
            shutil.copyfileobj(packed, target)
        if erased := erase(plain):
            with (
                replacing(path) as part,
                plain.open("rb") as source,
                gzip.open(part, "wb") as packed,
            ):
                shutil.copyfileobj(source, packed)
    return erased


def _erase_in_zip(path, erase):
    "Then only the table is left of it: what lay beside the table was never read"
    [member] = tables_in_zip(path)
    with _plain_beside(path) as plain:
        if erased := erase(extracted(path, member, plain)):
            with (
                replacing(path) as part,
                zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed,
            ):
                packed.write(plain, member.filename)
    return erased


@contextmanager
def _plain_beside(path):
    plain = path.with_name(f".{path.name}.plain")
    try:
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def erase_workbook(path, cells, ids, sheet):
    """Erase from an Excel workbook the rows of the sheet that is read in which one of these lists
    of columns holds one of the Ids, and of its other sheets those with a cell that is one; returns
    how many went.

    The rest is written anew, as the reader sees it: formulas are values, and nothing hidden (a
    pivot table's cache, a comment) keeps a row. All others keep their row.
    """
    marked = partial(_marked_sheets, path, cells=cells, ids=ids, sheet=sheet)
    erased = sum(is_theirs for _, rows in marked() for is_theirs, _ in rows)
    if erased:
        with replacing(path) as part, xlsxwriter.Workbook(part, WORKBOOK) as book:
            for name, rows in marked():
                target = book.add_worksheet(name)
                for place, (is_theirs, row) in enumerate(rows):
                    target.write_row(place, 0, () if is_theirs else map(_kept, row))
    return erased


def _marked_sheets(path, *, cells, ids, sheet):
    "Of each sheet its name, and its rows with whether they are of one of the ids"
    for place, (name, rows) in enumerate(sheets_of(path)):
        is_read = name == sheet if sheet else place == 0
        yield name, _marked(rows, cells if is_read else None, ids)


def _marked(rows, cells, ids):
    "By the columns or, in a sheet that is not read, by any cell"
    positions = None
    for row in rows:
        texts = [cell_text(cell) for cell in row]
        if not cells:
            yield any(text in ids for text in texts), row
        elif positions is None:
            positions = _positions(texts, cells) if any(texts) else None
            yield False, row
        else:
            yield any(_joined(texts, places) in ids for places in positions), row


def _kept(cell):
    "Numbers and truth values stay what they are, all else is text as the reader has it"
    return cell if cell is None or isinstance(cell, (bool, int, float)) else cell_text(cell)


def erase_transport(path, cells, ids):
    """Erase from a SAS transport file the rows in which one of these lists of columns holds one of
    the Ids; returns how many."""
    frame, meta, version = whole_transport(path)
    positions = _positions(frame.columns, cells)
    rows = ([cell_text(cell) for cell in row] for row in frame.itertuples(index=False))
    is_theirs = [any(_joined(row, places) in ids for places in positions) for row in rows]
    if any(is_theirs):
        with replacing(path) as part:
            pyreadstat.write_xport(
                frame.loc[[not each for each in is_theirs]],
                str(part),
                file_format_version=version,
                table_name=meta.table_name,
                variable_format=meta.original_variable_types,
            )
    return sum(is_theirs)


def erase_parquet(path, cells, ids, *, patient_id=PatientId()):  # noqa: B008 - it is frozen
    """Erase from a Parquet file the rows in which one of these lists of columns, joined by a space,
    holds one of the ids; returns how many. patient_id: how the source writes ids."""
    with closing(connect()) as con:
        con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        define_patient_id(con, patient_id)
        described = con.execute("describe from read_parquet($1)", [str(path)]).fetchall()
        _check_columns([name.lower() for name, *_ in described], cells)
        is_theirs = " or ".join(map(_holds_an_id, cells))
        counted = f"select count(*) from read_parquet($1) where {is_theirs}"
        [[rows]] = con.execute(counted, [str(path), ids]).fetchall()
        if rows:
            with replacing(path) as part:
                kept = f"from read_parquet($1) where ({is_theirs}) is not true"
                con.execute(f"copy ({kept}) to $3 (format parquet)", [str(path), ids, str(part)])
    return rows


def _holds_an_id(columns):
    texts = ", ".join(f"cast({quoted_identifier(name)} as varchar)" for name in columns)
    return f"clean_patient_id(concat_ws(' ', {texts})) in (select unnest($2::varchar[]))"


def erase_csv(path, cells, ids, dialect, *, keeps_lines=True):
    """Erase from a CSV file the records in which one of these lists of columns, joined by a space,
    holds one of the Ids; returns how many went.

    keeps_lines: blank lines stay in their place, so that the evidence of all others keeps its line
    number.
    """
    records = partial(_records, path, cells=cells, ids=ids, dialect=dialect)
    erased = sum(is_theirs for is_theirs, _ in records())
    if erased:
        with (
            replacing(path) as part,
            part.open("w", encoding=dialect.encoding, newline="") as target,
        ):
            for is_theirs, record in records():
                breaks = "".join(re.findall("\r\n|\r|\n", record)) if keeps_lines else ""
                target.write(breaks if is_theirs else record)
    return erased


def _records(path, *, cells, ids, dialect):
    "Of each record whether its cells hold one of the ids, and its text, line breaks included"
    positions = None
    with path.open(encoding=dialect.encoding, newline="") as lines:
        for row, record in _parsed(lines, dialect):
            if positions is None:
                positions = _positions(row, cells)
                yield False, record
            else:
                yield any(_joined(row, places) in ids for places in positions), record


def _joined(row, places):
    "The cells at these places, as far as the row has them, joined as the SELECTs join them"
    return " ".join(row[place] for place in places if place < len(row) and row[place].strip())


def _positions(header, cells):
    names = [cell.strip().lower().lstrip("\ufeff") for cell in header]
    _check_columns(names, cells)
    return [[names.index(name) for name in columns] for columns in cells]


def _check_columns(names, cells):
    if missing := {name for columns in cells for name in columns} - {*names}:
        raise MissingColumn(", ".join(sorted(missing)))


def _parsed(lines, dialect):
    """The cells of each record, and the physical lines it stands on; a quote opens a cell only
    where the cell begins.

    As the readers have it, a quote that is never closed costs its own line: where a record is badly
    quoted, or has another number of cells than the header, and a later line of it is a record by
    itself, the record ends with its first line.
    """
    csv.field_size_limit(1 << 30)
    form = {"delimiter": dialect.delimiter, "quotechar": dialect.quote}
    lines, ahead, width = iter(lines), deque(), None
    while True:
        read = []
        cells = _cells(_reading(lines, ahead, read), form)
        if not read:
            return
        if len(cells) != width and any(len(_cells([line], form)) == width for line in read[1:]):
            ahead.extendleft(reversed(read[1:]))
            del read[1:]
        if len(cells) != width:
            cells = next(csv.reader(read, **form))
        width = width or len(cells)
        yield cells, "".join(read)


def _reading(lines, ahead, read):
    "The lines that wait, then the others, as far as a record may go; each is noted in `read`"
    size = 0
    while size < LONGEST_RECORD and (line := ahead.popleft() if ahead else next(lines, "")):
        read.append(line)
        size += len(line)
        yield line


def _cells(lines, form):
    "The cells of the first record; none where it is badly quoted"
    try:
        return next(csv.reader(lines, strict=True, **form), [])
    except csv.Error:
        return []

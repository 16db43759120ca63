"""Cut rows, messages and records out of a delivered file of any format: all others keep their
place."""

import gzip
import io
import re
import shutil
import zipfile
from contextlib import closing, contextmanager

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

from pipeline.core import replacing
from pipeline.engine import connect, quoted_identifier
from pipeline.readers import (
    begins_message,
    cell_text,
    extracted,
    holds_lines,
    is_gzip,
    is_parquet,
    is_transport,
    is_workbook,
    is_zip,
    line_ends,
    opened,
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
# What is left where nothing else is: a record of a kind that no rows are made of, so that a line
# stays a line and a batch has as many messages as its trailer says
RESOURCE = '{"resourceType":"Basic","code":{"text":"erased"}}'
ENTRY = "{}"
MESSAGE = "MSH|^~\\&|||||||ERASED"
BLOCK = 1 << 20
_MESSAGE_ENDS = re.compile("(\x1c\x0b)")


def in_packed(path, cut):
    """Cut from what a gzip or a zip holds, or from the file itself. cut: called with the path of
    the plain file, which it changes."""
    if is_gzip(path):
        _in_gzip(path, lambda plain: in_packed(plain, cut))
    elif is_zip(path) and not is_workbook(path):
        _in_zip(path, lambda plain: in_packed(plain, cut))
    else:
        cut(path)


def _in_gzip(path, cut):
    with _plain_beside(path) as plain:
        with gzip.open(path) as packed, plain.open("wb") as target:
            shutil.copyfileobj(packed, target)
        cut(plain)
        with replacing(path) as part, plain.open("rb") as source, gzip.open(part, "wb") as packed:
            shutil.copyfileobj(source, packed)


def _in_zip(path, cut):
    "Then only the table is left of it: what lay beside the table was never read"
    [member] = tables_in_zip(path)
    with _plain_beside(path) as plain:
        cut(extracted(path, member, plain))
        with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(plain, member.filename)


@contextmanager
def _plain_beside(path):
    plain = path.with_name(f".{path.name}.plain")
    try:
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def fill_if_blank(path, form):
    """Put what is left of an erased record into a file of messages or resources that is blank: an
    earlier version left nothing, and its reader takes that for no delivery."""
    left = {"hl7v2": MESSAGE, "fhir": RESOURCE}.get(form)
    if left and not path.read_bytes().strip():
        with replacing(path) as part:
            part.write_text(f"{left}\n", encoding="ascii")


def cut_rows(path, rows, *, ids, dialect, sheet=None):
    """Empty these Rows of a table of any form; of a workbook's other sheets, which nobody reads,
    those with a cell that is one of the Ids."""
    if is_workbook(path):
        _cut_workbook(path, rows, ids, sheet)
    elif is_transport(path):
        _cut_transport(path, rows)
    elif is_parquet(path):
        _cut_parquet(path, rows)
    else:
        ends = line_ends(path, dialect.encoding)
        cut_lines(path, rows, encoding=dialect.encoding, ends=ends)


def cut_lines(path, extents, *, encoding, ends):
    """Blank the lines of these Rows of a text: all others keep their line."""
    extents = iter(extents)
    extent = next(extents, None)
    text = {"encoding": encoding, "errors": "surrogateescape"}
    with (
        replacing(path) as part,
        path.open(newline=ends, **text) as source,
        part.open("w", newline="", **text) as target,
    ):
        for number, line in enumerate(source, start=1):
            while extent and extent.last is not None and extent.last < number:
                extent = next(extents, None)
            is_theirs = extent is not None and extent.first <= number
            target.write("".join(re.findall("\r\n|\r|\n", line)) if is_theirs else line)


def _cut_workbook(path, rows, ids, sheet):
    """The rest is written anew, as the reader sees it: formulas are values, and nothing hidden (a
    pivot table's cache, a comment) keeps a row"""
    theirs = {row.first for row in rows}
    with replacing(path) as part, xlsxwriter.Workbook(part, WORKBOOK) as book:
        for place, (name, sheet_rows) in enumerate(sheets_of(path)):
            is_read = name.strip() == sheet.strip() if sheet else place == 0
            target = book.add_worksheet(name)
            for number, row in enumerate(sheet_rows, start=1):
                named = number in theirs if is_read else any(cell_text(cell) in ids for cell in row)
                target.write_row(number - 1, 0, () if named else map(_kept, row))


def _kept(cell):
    "Numbers and truth values stay what they are, all else is text as the reader has it"
    return cell if cell is None or isinstance(cell, (bool, int, float)) else cell_text(cell)


def _cut_transport(path, rows):
    frame, meta, version = whole_transport(path)
    theirs = frame.index[[row.first - 1 for row in rows]]
    for name in frame.columns:
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
    with closing(connect()) as con, replacing(path) as part:
        described = con.execute("describe from read_parquet($1)", [str(path)]).fetchall()
        columns = ", ".join(
            f"case when not is_theirs then {column} end as {column}"
            for column in (quoted_identifier(name) for name, *_ in described)
        )
        con.execute(
            f"copy (select {columns} from (select *, file_row_number + 1 in (select unnest($2)) as"
            " is_theirs from read_parquet($1, file_row_number = true)) order by file_row_number)"
            " to $3 (format parquet)",
            [str(path), [row.first for row in rows], str(part)],
        )


def cut_messages(path, parts):
    """Blank the lines of these Parts of an HL7 v2 file; of a whole message a header stays."""
    parts = iter(parts)
    part = next(parts, None)
    text = {"encoding": "latin-1", "newline": ""}
    with replacing(path) as new, path.open(**text) as source, new.open("w", **text) as target:
        for number, line in enumerate(source, start=1):
            kept = []
            for piece in _MESSAGE_ENDS.split(line):
                while part and _is_past(part, number, piece):
                    part = next(parts, None)
                is_theirs = part is not None and _is_in(part, number, piece)
                kept.append(_left_of(piece, part, number) if is_theirs else piece)
            target.write("".join(kept))


def _is_past(part, number, piece):
    if part.last is not None:
        return part.last < number or (number == part.last > part.first and begins_message(piece))
    return number > part.first and begins_message(piece)


def _is_in(part, number, piece):
    "The line on which a message begins may hold the end of the one before it"
    if number == part.first and part.is_whole:
        return begins_message(piece) and not piece.startswith("\x1c")
    return number >= part.first and piece != "\x1c\x0b"


def _left_of(piece, part, number):
    breaks = "".join(re.findall("\r\n|\r|\n", piece))
    return (MESSAGE if part.is_whole and number == part.first else "") + breaks


def cut_records(path, places):
    """Put an empty resource in the Place of each record of a FHIR file."""
    if holds_lines(path):
        by_line = {}
        for place in places:
            by_line.setdefault(place.line, []).append(place)
        with replacing(path) as part, path.open("rb") as source, part.open("wb") as target:
            for number, line in enumerate(source, start=1):
                target.write(_without(line, by_line[number]) if number in by_line else line)
        return
    with (
        opened(path) as source,
        replacing(path) as part,
        part.open("w", encoding="utf-8", newline="") as target,
    ):
        _copy_replaced(source, target, places)


def _without(line, places):
    if not places[0].is_entry:
        return RESOURCE.encode() + line[len(line.rstrip(b"\r\n")) :]
    mark = b"\xef\xbb\xbf" if line.startswith(b"\xef\xbb\xbf") else b""
    return mark + _replaced(line.removeprefix(mark).decode(), places).encode()


def _replaced(text, places):
    target = io.StringIO()
    _copy_replaced(io.StringIO(text), target, places)
    return target.getvalue()


def _copy_replaced(source, target, places):
    "Of a document of any size, some characters at a time"
    at = 0
    for place in places:
        _pass(source, place.start - at, target)
        _pass(source, place.end - place.start)
        target.write(ENTRY if place.is_entry else RESOURCE)
        at = place.end
    shutil.copyfileobj(source, target, BLOCK)


def _pass(source, length, target=None):
    while length and (text := source.read(min(length, BLOCK))):
        length -= len(text)
        if target:
            target.write(text)

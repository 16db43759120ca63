"""Erase a patient from a delivered file of any format: all other records keep their
line."""

import csv
import gzip
import re
import shutil
from collections import deque
from contextlib import closing
from functools import partial

from pipeline.core import SQL, replacing
from pipeline.engine import connect, quoted_identifier
from pipeline.erasure.messages import erase_messages, erase_resources
from pipeline.profiles import clean_id
from pipeline.readers import LONGEST_RECORD, is_gzip


def erase_delivered(path, profile, kind, ids):
    """Erase the records of these patient ids from an archived file; returns how many went.

    profile, kind: those under which the file was delivered.
    """
    if is_gzip(path):
        return _erase_in_gzip(path, lambda plain: erase_delivered(plain, profile, kind, ids))
    if profile.format == "hl7v2":
        return erase_messages(path, ids)
    if profile.format == "fhir":
        return erase_resources(path, ids)
    column = profile.patient_columns.get(kind) or profile.columns[kind].required["patient_id"]
    if path.suffix == ".parquet":
        return erase_parquet(path, column, ids)
    return erase_csv(path, column.lower(), ids, profile.for_kind(kind).dialect)


def _erase_in_gzip(path, erase):
    plain = path.with_name(f".{path.name}.plain")
    try:
        with gzip.open(path) as packed, plain.open("wb") as target:
            shutil.copyfileobj(packed, target)
        if erased := erase(plain):
            with (
                replacing(path) as part,
                plain.open("rb") as source,
                gzip.open(part, "wb") as packed,
            ):
                shutil.copyfileobj(source, packed)
    finally:
        plain.unlink(missing_ok=True)
    return erased


def erase_parquet(path, column, ids):
    """Erase from a Parquet file the rows whose column holds one of the ids; returns how many."""
    is_theirs = (
        f"clean_id(cast({quoted_identifier(column)} as varchar)) in (select unnest($2::varchar[]))"
    )
    with closing(connect()) as con:
        con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        counted = f"select count(*) from read_parquet($1) where {is_theirs}"
        [[rows]] = con.execute(counted, [str(path), ids]).fetchall()
        if rows:
            with replacing(path) as part:
                kept = f"from read_parquet($1) where ({is_theirs}) is not true"
                con.execute(f"copy ({kept}) to $3 (format parquet)", [str(path), ids, str(part)])
    return rows


def erase_csv(path, column, ids, dialect, *, keeps_lines=True):
    """Erase from a CSV file the records whose column holds one of the ids; returns how many went.

    keeps_lines: blank lines stay in their place, so that the evidence of all others keeps its line
    number.
    """
    records = partial(_records, path, column=column, ids=ids, dialect=dialect)
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


def _records(path, *, column, ids, dialect):
    "Of each record whether its column holds one of the ids, and its text, line breaks included"
    position = None
    with path.open(encoding=dialect.encoding, newline="") as lines:
        for cells, record in _parsed(lines, dialect):
            if position is None:
                position = [cell.strip().lower().lstrip("\ufeff") for cell in cells].index(column)
                yield False, record
            else:
                is_theirs = len(cells) > position and clean_id(cells[position]) in ids
                yield is_theirs, record


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

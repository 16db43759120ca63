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
from pipeline.erasure.ids import Ids
from pipeline.erasure.messages import erase_messages, erase_resources
from pipeline.profiles import PatientId
from pipeline.readers import LONGEST_RECORD, define_patient_id, is_gzip


def erase_delivered(path, profile, kind, ids):
    """Erase the records of these patient ids from an archived file; returns how many went.

    profile, kind: those under which the file was delivered.
    """
    if profile.format in ("table", "meds"):
        return erase_table(path, profile.for_kind(kind), profile.patient_cells(kind), ids)
    if is_gzip(path):
        return _erase_in_gzip(path, lambda plain: erase_delivered(plain, profile, kind, ids))
    erase = erase_messages if profile.format == "hl7v2" else erase_resources
    return erase(path, Ids(frozenset(ids), profile.patient_id.clean))


def erase_table(path, profile, cells, ids):
    """Erase from a CSV or Parquet file the rows in which one of these lists of columns holds one of
    the ids; returns how many. A file without these columns stays as it is."""
    if is_gzip(path):
        return _erase_in_gzip(path, lambda plain: erase_table(plain, profile, cells, ids))
    if path.suffix == ".parquet":
        return erase_parquet(path, cells, ids, patient_id=profile.patient_id)
    return erase_csv(path, cells, Ids(frozenset(ids), profile.patient_id.clean), profile.dialect)


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


def erase_parquet(path, cells, ids, *, patient_id=PatientId()):  # noqa: B008 - it is frozen
    """Erase from a Parquet file the rows in which one of these lists of columns, joined by a space,
    holds one of the ids; returns how many. patient_id: how the source writes ids."""
    with closing(connect()) as con:
        con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        define_patient_id(con, patient_id)
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
    number = f"spelled_patient_id(clean_id(concat_ws(' ', {texts})))"
    return f"{number} in (select unnest($2::varchar[]))"


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
                header = [cell.strip().lower().lstrip("\ufeff") for cell in row]
                positions = [[header.index(name) for name in names] for names in cells]
                yield False, record
            else:
                yield any(_joined(row, places) in ids for places in positions), record


def _joined(row, places):
    "The cells at these places, as far as the row has them, joined as the SELECTs join them"
    return " ".join(row[place] for place in places if place < len(row) and row[place].strip())


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

"""What the files of a home hold of a person: found by the reader that read them, before anything is
erased."""

from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.core import Refused
from pipeline.engine import EngineError, connect
from pipeline.erasure.cut import cut_messages, cut_records
from pipeline.erasure.cut_tables import cut_lines, cut_rows
from pipeline.erasure.ids import Ids
from pipeline.erasure.text_encoding import detect_encoding, is_opaque
from pipeline.erasure.texts import work_folder
from pipeline.profiles import Owner
from pipeline.protocol import register_vocabulary
from pipeline.readers import (
    MissingColumns,
    Row,
    begins_message,
    cell_text,
    is_parquet,
    is_transport,
    is_workbook,
    line_ends,
    parts_of,
    records_of,
    rows_of,
    sheet_read,
    sheets_of,
    unpacked,
)

UNREADABLE = (Refused, EngineError, ValueError)


@dataclass(frozen=True)
class Theirs:
    """What a file holds of a person. records: how many rows, records or parts of messages. unread:
    the lines of those whose person is unknown to the lake. cut: empties them all in the plain file
    at a path; None: the file goes whole."""

    path: Path
    records: int
    cut: Callable[[Path], None] | None
    unread: tuple[int, ...] = ()


class Unsearchable(Exception):
    """A file that today's profile cannot read, and that is not text."""


def in_delivered(home, path, *, profile, kind, ids):
    """Theirs in an archived file that was delivered under this profile as this kind. ids: all ids
    of the person. Raises Unsearchable."""
    wanted = Ids.of(ids, profile.patient_id)
    with _working(home) as (con, folder):
        try:
            if profile.format in ("table", "meds"):
                own, owners = profile.for_kind(kind), profile.owners_of(kind)
                return _in_table(con, path, own, owners, ids=wanted, folder=folder)
            find = _in_messages if profile.format == "hl7v2" else _in_records
            return find(con, path, profile, ids=wanted, folder=folder)
        except UNREADABLE:
            return _by_its_words(path, wanted)


def in_reference(home, path, *, profile, ids):
    """Theirs in a file in which rows look up the days of a patient's encounters; of another kind,
    nothing. Raises Unsearchable."""
    owners = (Owner((profile.lookup.patient_id.lower(),)),)
    wanted = Ids.of(ids, profile.patient_id)
    with _working(home) as (con, folder):
        try:
            return _in_table(con, path, profile, owners, ids=wanted, folder=folder)
        except MissingColumns:  # of another kind: the lookup does not read it either
            return Theirs(path, 0, None)
        except UNREADABLE:
            return _by_its_words(path, wanted)


def _by_its_words(path, ids):
    "The profile has changed since the file was read"
    if is_opaque(path):
        raise Unsearchable from None
    return in_text(path, ids)


def in_text(path, ids):
    """Theirs in a text that could not be read: the lines in which one of the Ids is a word."""
    encoding = detect_encoding(path)
    with path.open(encoding=encoding, newline="\n") as lines:
        rows = [Row(n, n) for n, line in enumerate(lines, start=1) if ids.are_named_in(line)]
    cut = partial(cut_lines, extents=rows, encoding=encoding, ends="\n")
    return Theirs(path, len(rows), cut, tuple(row.first for row in rows))


def in_refused(path, ids):
    """Theirs in a refused file: lines of a text; of any other all of it, for what it holds cannot
    be seen, and nothing will ever read it."""
    return Theirs(path, 1, None) if is_opaque(path) else in_text(path, ids)


@contextmanager
def _working(home):
    with work_folder(home) as folder, closing(connect(spill=folder / "spill")) as con:
        register_vocabulary(con)
        con.execute("create schema if not exists landing")
        yield con, folder


def _in_table(con, path, profile, owners, *, ids, folder):
    found = rows_of(con, path, profile=profile, owners=owners, ids=ids, folder=folder)
    plain = unpacked(path, folder)
    rows = list(_theirs(found, _Lines(_lines_of_table(plain, profile)), ids, profile.dialect))
    others = sum(_names(sheet, ids) for sheet in _other_sheets(plain, profile.sheet))
    cut = partial(cut_rows, rows=rows, ids=ids, dialect=profile.dialect, sheet=profile.sheet)
    unread = tuple(row.first for row in rows if not row.is_read)
    return Theirs(path, len(rows) + others, cut, unread)


def _theirs(found, lines, ids, dialect):
    """Of rows that do not fit the header those that name one of the ids, with the end of a cell
    that a quote opened in them"""
    opened_until = None
    for row in found:
        text = "" if row.is_read else lines.between(row.first, row.last)
        before_quote = text.partition(dialect.quote)[0]
        is_rest = row.first == opened_until and dialect.delimiter not in before_quote
        if row.is_read or is_rest or ids.are_named_in(text):
            is_open = (text.count(dialect.quote) + is_rest) % 2
            opened_until = row.last + 1 if is_open and row.last else None
            yield row


def _other_sheets(path, sheet):
    "The rows of each sheet of a workbook that is not read, as the texts of their cells"
    for name, rows in sheets_of(path) if is_workbook(path) else ():
        if name != sheet_read(path, sheet):
            yield ([cell_text(cell) for cell in row] for row in rows)


def _names(rows, ids):
    return sum(any(cell in ids for cell in row) for row in rows)


def _lines_of_table(path, profile):
    "As the reader counts them; a row of a binary file always fits its header"
    if is_workbook(path):
        wanted = sheet_read(path, profile.sheet)
        rows = next(rows for name, rows in sheets_of(path) if name == wanted)
        yield from (" ".join(map(cell_text, row)) for row in rows)
    elif not (is_transport(path) or is_parquet(path)):
        encoding = profile.dialect.encoding
        ends = line_ends(path, encoding)
        with path.open(encoding=encoding, errors="surrogateescape", newline=ends) as lines:
            yield from lines


def _in_messages(con, path, profile, *, ids, folder):
    plain = unpacked(path, folder)
    with plain.open(encoding="latin-1", newline="") as file:
        lines = _Lines(file, is_end=begins_message)
        parts = list(parts_of(plain, profile=profile, ids=ids, text_of=lines.between))
    unread = tuple(part.first for part in parts)
    return Theirs(path, len(parts), partial(cut_messages, parts=parts), unread)


def _in_records(con, path, profile, *, ids, folder):
    plain = unpacked(path, folder)
    places = list(records_of(con, plain, profile=profile, ids=ids, folder=folder))
    unread = tuple(place.line for place in places if place.is_broken)
    places = [place._replace(text=None) for place in places]
    return Theirs(path, len(places), partial(cut_records, places=places), unread)


class _Lines:
    "The lines of a text, in their order"

    def __init__(self, lines, *, is_end=lambda line: False):
        self._lines, self._number, self._line, self._is_end = iter(lines), 0, "", is_end

    def between(self, first, last):
        "Lines from the first to the last one; None: up to the end, or to one that is an end"
        texts = []
        while self._number < first:
            self._next()
        while self._line and (
            self._number <= last if last is not None else not (texts and self._is_end(self._line))
        ):
            texts.append(self._line)
            self._next()
        return "".join(texts)

    def _next(self):
        self._line, self._number = next(self._lines, ""), self._number + 1
        if not self._line:
            self._number = float("inf")

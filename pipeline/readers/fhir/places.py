"""Where each record of a FHIR file stands in its text, in the order in which the records are
read."""

from typing import NamedTuple

from pipeline.readers.fhir.bundle import Window, entries
from pipeline.readers.fhir.shape import MARK, opened
from pipeline.readers.fhir.text import Texts, entries_of_line

BLANK = b" \t\n\f\r"


class Place(NamedTuple):
    """A record's text, and where it stands.

    line: that of the file in NDJSON, in a document the number of the entry. start, end: in
    characters, of the line or of the whole document; both None for the entry that a Bundle without
    entries stands for. text: that of Latin-1 where it is not UTF-8. is_broken: nothing can be read
    of it.
    """

    line: int
    start: int | None
    end: int | None
    text: str | None = None
    is_entry: bool = False
    is_broken: bool = False


def places(path):
    """Yields the Place of every record. Raises Refused, and ValueError for JSON that breaks off."""
    texts = Texts(path)
    if texts.is_ndjson:
        yield from _of_lines(path)
    elif texts.is_bundle:
        with opened(path) as file:
            for entry in entries(Window(file=file)):
                yield _of_entry(entry.number, entry)
    else:
        with opened(path) as file:
            text = file.read()
        yield Place(1, 0, len(text), text)


def _of_lines(path):
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = _decoded(line.removeprefix(MARK) if number == 1 else line)
            if found := entries_of_line(text):
                yield from (_of_entry(number, entry) for entry in found)
            elif line.strip(BLANK):
                yield Place(number, 0, len(text), text)


def _of_entry(line, entry):
    end = None if entry.start is None else entry.start + len(entry.text)
    return Place(line, entry.start, end, entry.text, is_entry=True)


def _decoded(line):
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")

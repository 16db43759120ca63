"""One JSON document of any size, read member by member: the entries of a Bundle as they stand in
the text, never the whole of it."""

import json
import re
from typing import Any, NamedTuple

from pipeline.core import Refused

BLOCK = 1 << 24
LARGEST_VALUE = 1 << 27  # characters of one resource

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Value(NamedTuple):
    """A value of a document. start: where its text begins there, in characters."""

    text: str
    decoded: Any
    start: int


class Entry(NamedTuple):
    """An entry of a Bundle. number: from 1. start: where it begins in the document, in characters;
    None where a Bundle without entries stands for an empty one."""

    number: int
    text: str
    bundled_at: str | None
    start: int | None


class Window:
    """The part of a document that is being read; the file gives more when a value does not end in
    it. start: where it begins in the document, in characters."""

    def __init__(self, text="", file=None, *, start=0):
        self.text, self.file, self.at, self.start = text, file, 0, start

    def next(self):
        "The next character that is not blank; empty at the end"
        self._pass_blanks()
        while self.at == len(self.text) and self._read_on():
            self._pass_blanks()
        return self.text[self.at : self.at + 1]

    def _pass_blanks(self):
        blanks = _BLANK.match(self.text, self.at)
        assert blanks  # it matches no blank, too
        self.at = blanks.end()

    def take(self, wanted):
        "Whether the next character is the wanted one, which is then passed"
        is_there = self.next() == wanted
        self.at += is_there
        return is_there

    def value(self):
        "The next Value. Raises ValueError."
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except ValueError:
                if self._read_on():
                    continue
                raise
            # a number at the very end may go on
            if end < len(self.text) or not self._read_on():
                begin, self.at = self.at, end
                return Value(self.text[begin:end], value, self.start + begin)

    def _read_on(self):
        if len(self.text) - self.at > LARGEST_VALUE:
            raise Refused(
                f"it contains a value of more than {LARGEST_VALUE >> 20} million characters"
            )
        more = self.file.read(max(BLOCK, len(self.text) - self.at)) if self.file else ""
        self.start += self.at
        self.text, self.at = self.text[self.at :] + more, 0
        return more != ""


def members(window):
    """The members of the object that the window shows, as (name, Value); of an array one by one,
    for each of its elements.

    Raises ValueError when it is not an object, and at its end when it is not complete or not all
    there is.
    """
    if not window.take("{"):
        raise ValueError("no object")
    while window.next() not in ("}", ""):
        name = window.value().decoded
        if not window.take(":"):
            raise ValueError("no colon")
        if window.take("["):
            while window.next() not in ("]", ""):
                yield name, window.value()
                window.take(",")
            window.take("]")
        else:
            yield name, window.value()
        window.take(",")
    if not window.take("}") or window.next():
        raise ValueError("no end, or more after it")


def entries(window):
    """The Entries of a Bundle, those of a Bundle within it under its number.

    The time is that of `meta.lastUpdated` or `timestamp`, where it stands before the entries. A
    Bundle without entries is one empty one.
    """
    number, bundled_at = 0, None
    for name, value in members(window):
        told = value.decoded
        if name == "meta" and isinstance(told, dict) and isinstance(told.get("lastUpdated"), str):
            bundled_at = told["lastUpdated"]
        elif name == "timestamp" and isinstance(told, str):
            bundled_at = bundled_at or told
        elif name == "entry":
            number += 1
            if is_bundle(told.get("resource") if isinstance(told, dict) else None):
                for entry in entries(_inner_bundle(value)):
                    yield entry._replace(number=number, bundled_at=entry.bundled_at or bundled_at)
            else:
                yield Entry(number, value.text, bundled_at, value.start)
    if number == 0:
        yield Entry(1, "{}", bundled_at, None)


def _inner_bundle(entry):
    parts = members(Window(entry.text, start=entry.start))
    inner = next(value for name, value in parts if name == "resource")
    return Window(inner.text, start=inner.start)


def is_bundle(value):
    return isinstance(value, dict) and value.get("resourceType") == "Bundle"

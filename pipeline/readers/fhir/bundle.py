"""One JSON document of any size, read member by member: the entries of a Bundle as they stand in
the text, never the whole of it."""

import json
import re

from pipeline.core import Refused

BLOCK = 1 << 24
LARGEST_VALUE = 1 << 27  # characters of one resource

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Window:
    """The part of a document that is being read; the file gives more when a value does not end in
    it."""

    def __init__(self, text="", file=None):
        self.text, self.file, self.at = text, file, 0

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
        "The next value, as text and decoded. Raises ValueError."
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
                text, self.at = self.text[self.at : end], end
                return text, value

    def _read_on(self):
        if len(self.text) - self.at > LARGEST_VALUE:
            raise Refused(
                f"it contains a value of more than {LARGEST_VALUE >> 20} million characters"
            )
        more = self.file.read(max(BLOCK, len(self.text) - self.at)) if self.file else ""
        self.text, self.at = self.text[self.at :] + more, 0
        return more != ""


def members(window):
    """The members of the object that the window shows, as (name, text, value); of an array one by
    one, for each of its elements.

    Raises ValueError when it is not an object, and at its end when it is not complete or not all
    there is.
    """
    if not window.take("{"):
        raise ValueError("no object")
    while window.next() not in ("}", ""):
        _, name = window.value()
        if not window.take(":"):
            raise ValueError("no colon")
        if window.take("["):
            while window.next() not in ("]", ""):
                yield name, *window.value()
                window.take(",")
            window.take("]")
        else:
            yield name, *window.value()
        window.take(",")
    if not window.take("}") or window.next():
        raise ValueError("no end, or more after it")


def entries(window):
    """The entries of a Bundle as (number from 1, text, when the Bundle was put together), those of
    a Bundle within it under its number.

    The time is that of `meta.lastUpdated` or `timestamp`, where it stands before the entries. A
    Bundle without entries is one empty one.
    """
    number, bundled_at = 0, None
    for name, text, value in members(window):
        if name == "meta" and isinstance(value, dict) and isinstance(value.get("lastUpdated"), str):
            bundled_at = value["lastUpdated"]
        elif name == "timestamp" and isinstance(value, str):
            bundled_at = bundled_at or value
        elif name == "entry":
            number += 1
            if is_bundle(value.get("resource") if isinstance(value, dict) else None):
                inner = next(
                    inner for part, inner, _ in members(Window(text)) if part == "resource"
                )
                yield from (
                    (number, entry, at or bundled_at) for _, entry, at in entries(Window(inner))
                )
            else:
                yield number, text, bundled_at
    if number == 0:
        yield 1, "{}", bundled_at


def is_bundle(value):
    return isinstance(value, dict) and value.get("resourceType") == "Bundle"

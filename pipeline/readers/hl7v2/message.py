"""One HL7 v2 message: decoded, cut down to the fields that are read, parsed by the library `hl7`,
unescaped.

`hl7` parses about 1,000 whole messages a second and core (the public samples of
tests/data/hl7v2_oru), cut down 7,000. Its own `unescape` is not used: it logs the values that it
cannot read.
"""

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

import hl7

from pipeline.readers.hl7v2.file import UNREAD

# segment -> field -> how many of its components are read (None: all, of every repetition)
WANTED = {
    "MSH": {4: 2, 7: 2, 9: 2, 11: 1},
    "EVN": {2: 2},
    "PID": {
        2: None, 3: None, 4: None, 5: None, 7: 2, 8: 1, 11: None, 13: None, 14: None, 15: 2,
        22: None, 29: 2, 30: 1,
    },
    "PD1": {4: None},
    "PV1": {7: None, 8: None},
    "MRG": {1: None, 2: None, 4: None},
    "ORC": {2: None, 3: None},
    "OBR": {2: None, 3: None, 7: 2, 14: 2, 15: 1, 22: 2, 25: 1},
    "OBX": {2: 1, 3: 20, 4: None, 5: None, 6: 9, 7: 1, 8: 1, 11: 1, 14: 2, 15: 2, 17: 2, 23: 1},
    "NTE": {3: None},
    "SPM": {4: 9, 17: 1},
}  # fmt: skip
_MARKS = re.compile(r"[!-/:-@\[-`{-~]{5,6}")
_CHARSETS = {"ASCII": "ascii", "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8"} | {
    f"8859/{part}": f"iso8859-{part}" for part in range(1, 16) if part != 12
}  # HL7 table 0211


def _as_nul(error):
    "What cannot be decoded becomes a NUL, and a field that holds one is empty"
    assert isinstance(error, UnicodeDecodeError)
    return "\0", error.end


codecs.register_error("nul", _as_nul)


class Broken(Exception):
    """A message that cannot be read."""


class Fields(dict):
    """The fields of a segment that hold something, by number: repetitions, of them components, of
    them subcomponents."""

    def __missing__(self, number):
        return [[[""]]]


class Segment(NamedTuple):
    """A segment of a message. line: where it stands in the file; 0: nowhere."""

    name: str
    line: int
    fields: Fields = Fields()


class _Lists(hl7.Factory):
    "Makes the library build a message from plain lists of the same depth for every field"

    create_message = staticmethod(lambda sequence, **_: sequence)
    create_segment = staticmethod(lambda sequence, **_: sequence)
    create_field = staticmethod(
        lambda sequence, **_: sequence if isinstance(sequence[0], list) else [[sequence]]
    )
    create_repetition = staticmethod(
        lambda sequence, **_: sequence if isinstance(sequence[0], list) else [sequence]
    )
    create_component = staticmethod(lambda sequence, **_: sequence)


def read_message(segments, encoding):
    """The segments of a message that are read, MSH first. Raises Broken.

    segments: (line, text), the text one byte a character; encoding: of a message whose MSH-18 names
    none that is known.
    """
    bar, marks = _marks(segments[0][1])
    texts, charset = _decoded(segments, bar, marks, encoding)
    kept, cut = [], []
    for (line, _), segment in zip(segments, texts, strict=True):
        name = segment[:3]
        if name == "ADD":
            raise Broken  # it continues the segment before it
        if name in WANTED:
            fields = _wanted(name, segment, bar, marks[0])
            kept.append((name, line, list(fields)))
            cut.append(bar.join([name, *fields.values()]))
    cut[0] = f"MSH{bar}{marks}{cut[0][3:]}"
    parsed = hl7.parse("\r".join(cut), factory=_Lists)
    if any(marks[2] in segment for segment in cut[1:]) or marks[2] in cut[0][9:]:
        parsed = _unescaped(parsed, _unescape_of(bar, marks, charset))
    return [
        Segment(name, line, Fields(zip(numbers, fields[3 if name == "MSH" else 1 :], strict=True)))
        for (name, line, numbers), fields in zip(kept, parsed, strict=True)
    ]


def _wanted(name, segment, bar, mark):
    "The fields of a segment that are read and hold something readable, by number, as text"
    parts = segment.split(bar)
    if name == "MSH":
        parts.insert(1, bar)
    fields = {
        number: _cut(parts[number], mark, count)
        for number, count in WANTED[name].items()
        if number < len(parts) and "\0" not in parts[number]
    }
    return {number: field for number, field in fields.items() if field.strip()}


def _cut(field, mark, count):
    return mark.join(field.split(mark, count)[:count]) if count and mark in field else field


def _marks(header):
    "The separators that a message declares: of fields, and the four or five of MSH-2"
    bar, marks = header[3], header[4:].split(header[3], 1)[0]
    if not _MARKS.fullmatch(bar + marks) or len(set(bar + marks)) < len(marks) + 1:
        raise Broken
    return bar, marks


def _decoded(segments, bar, marks, encoding):
    "The texts of the segments, a NUL in them for what cannot be decoded, and the character set"
    texts = [segment for _, segment in segments]
    header = texts[0].split(bar)
    named = header[17].split(marks[1])[0].strip().upper() if len(header) > 17 else ""
    charset = _CHARSETS.get(named) or encoding
    if any(UNREAD in text for text in texts):
        raise Broken
    texts = [
        text if text.isascii() else text.encode("latin-1").decode(charset, "nul") for text in texts
    ]
    header = texts[0].split(bar)
    if len(header) < 9 or "\0" in header[8] or not header[8].strip():
        raise Broken
    return texts, charset


def _unescaped(part, unescape):
    return (
        unescape(part) if isinstance(part, str) else [_unescaped(each, unescape) for each in part]
    )


@lru_cache(64)
def _unescape_of(bar, marks, charset):
    """A function that puts the characters in place of a text's escape sequences; a sequence it does
    not know stays as it stands"""
    escape = re.escape(marks[2])
    known = {"F": bar, "S": marks[0], "R": marks[1], "E": marks[2], "T": marks[3], "H": "", "N": ""}
    known |= {"P": marks[4]} if len(marks) > 4 else {}
    known |= {
        ".br": "\n",
        ".sp": "\n",
        ".ce": "\n",
        ".fi": "",
        ".nf": "",
        ".in": " ",
        ".ti": " ",
        ".sk": " ",
    }

    def character(sequence):
        code = sequence[1]
        if code[:1] == "X":
            return _bytes(code[1:], charset) or sequence[0]
        return known.get(
            code if code in known else re.sub(r"^(\.[a-z]{2}) ?[+-]?\d*$", r"\1", code), sequence[0]
        )

    return lambda text: re.sub(f"{escape}([^{escape}]*){escape}", character, text)


def _bytes(digits, charset):
    try:
        text = bytes.fromhex(digits).decode(charset)
    except ValueError:
        return ""
    return "" if "\0" in text else text

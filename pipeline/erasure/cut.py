"""Cut rows, messages and records out of a delivered file of any format: all others keep their
place."""

import gzip
import io
import re
import shutil
import zipfile
from codecs import BOM_UTF8
from contextlib import contextmanager

from pipeline.core import replacing
from pipeline.readers import (
    begins_message,
    extracted,
    holds_lines,
    is_gzip,
    is_workbook,
    is_zip,
    opened,
    tables_in_zip,
)

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
    return (MESSAGE if part.is_whole and number == part.first else "") + breaks_of(piece)


def breaks_of(text):
    """The line breaks of a text."""
    return "".join(re.findall("\r\n|\r|\n", text))


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
    mark = BOM_UTF8 if line.startswith(BOM_UTF8) else b""
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

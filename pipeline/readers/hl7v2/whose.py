"""Whose each part of an HL7 v2 file is: of a message each PID with the segments up to the next
one."""

from functools import partial
from typing import NamedTuple

from pipeline.readers.hl7v2.file import messages
from pipeline.readers.hl7v2.message import Broken, read_message
from pipeline.readers.hl7v2.patient import numbers_of


class Part(NamedTuple):
    """Lines of a file, from the first to the last one; None: up to what begins the next message or
    batch. is_whole: no other patient is in the message, so that no more than a header may
    stay of it."""

    first: int
    last: int | None
    is_whole: bool = False


def parts_of(path, *, profile, ids, text_of):
    """Yields the Parts that are of patients with these ids (erasure's Ids).

    The number that the reader takes decides. Where it finds none, and where a message is broken,
    the part is theirs if it names one of the ids. text_of: (first line, last line) -> the text
    there.
    """
    for line, segments in messages(path, are_trailers_binding=False):
        last = segments[-1][0] if segments else None
        try:
            body = read_message(segments, profile.encoding)[1:] if segments else None
        except Broken:
            body = None
        groups = list(_groups(body, last)) if body else []
        theirs = [
            Part(start, end)
            for start, end, named in groups
            if _are_theirs(named, ids, profile, partial(text_of, start, end))
        ]
        if groups and len(theirs) < len(groups):
            yield from theirs
        elif groups or ids.are_named_in(text_of(line, last)):
            yield Part(line, last, is_whole=segments is not None)


def _groups(body, last):
    "Of each PID its first line, its last one, and the segments that say whose it is"
    starts = [segment.line for segment in body if segment.name == "PID"]
    for start, following in zip(starts, [*starts[1:], last + 1], strict=True):
        named = [
            segment
            for segment in body
            if start <= segment.line < following and segment.name in ("PID", "MRG")
        ]
        yield start, following - 1, named


def _are_theirs(segments, ids, profile, text):
    numbers = [
        number
        for segment in segments
        for number in numbers_of(segment, profile)[: 1 if segment.name == "PID" else None]
    ]
    return any(number in ids for number in numbers) or (not numbers and ids.are_named_in(text()))

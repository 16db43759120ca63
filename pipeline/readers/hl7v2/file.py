"""An HL7 v2 file as messages: lines, framing, batches, and what is not a message. Nothing is
decoded or understood here."""

import re
from dataclasses import dataclass, field

from pipeline.core import Refused, Settings, settings

LONGEST_SEGMENT = 2**20  # characters; a longer one breaks its message, unless it is an attachment
LARGEST_MESSAGE = 2**24
UNREAD = "\uffff"  # stands for the rest of a segment that is not read; no byte is this character
_END = "\x1c"
_FRAMING = re.compile(
    "^\x0b|\x1c\x0b|\x1c$"
)  # MLLP: 0x0b message 0x1c 0x0d; elsewhere these are characters of a text
_BATCH = re.compile(r"(?:FHS|BHS|BTS|FTS)(?:[^\w\s]|$)")
_HEADER = re.compile(r"MSH(?!\w)")
_BEGINS = re.compile(r"^(?:\xef\xbb\xbf)?\x0b?(?:MSH|FHS|BHS|BTS|FTS)(?!\w)|^\x1c")


def messages(path, *, are_trailers_binding=True, notes=None):
    """The messages of a file as (line, segments), segments a list of (line, text); everything
    else as (line, None).

    Lines are counted from 1; CR, LF and CRLF each end one. The text holds the file's bytes, one a
    character (Latin-1). A line that is not a segment breaks its message; what is between messages
    is (its first line, None), once. Raises Refused when there is no message at all; and when batch
    headers, trailers and counts contradict what is there, unless trailers are not binding: then
    such a header or trailer is (its line, None). notes: a list of sentences, to which it adds.
    """
    notes, lines, size, is_hl7 = [] if notes is None else notes, [], 0, False
    batches, limits = _Batches(notes), _Limits(settings(), notes)
    for line, segment in _segments(path):
        is_batch, is_header = bool(_BATCH.match(segment)), bool(_HEADER.match(segment))
        if is_batch or is_header or segment == _END:
            yield from _closed(lines)
            lines, size, is_hl7 = [], 0, is_hl7 or segment != _END
        if is_batch:
            yield from _faults(batches.note(line, segment), are_trailers_binding)
        elif segment != _END:
            batches.messages += is_header
            size += len(segment) + 100  # of short lines it is their number that fills the memory
            if limits.are_passed(segment, len(lines)) or size > LARGEST_MESSAGE:
                segment = _broken((lines or [(line, segment)])[0][1])
                del lines[1:]
            lines.append((line, segment))
    if not is_hl7:
        raise Refused("no line begins an HL7 v2 message or batch (MSH, FHS, BHS)")
    yield from _closed(lines)
    yield from _faults(batches.left_open(), are_trailers_binding)


def _faults(faults, are_binding):
    for line, what in faults:
        if are_binding:
            raise Refused(f"{what}: the delivery is incomplete")
        yield line, None


def _segments(path):
    "The lines that are not blank, with their numbers; the ends that the framing tells as _END"
    with path.open(encoding="latin-1", newline=None) as file:
        number = 0
        while text := file.readline(LONGEST_SEGMENT):
            number += 1
            if len(text) == LONGEST_SEGMENT and text[-1] != "\n":
                text = _shortened(text)
                while (more := file.readline(LONGEST_SEGMENT)) and more[-1] != "\n":
                    pass
            if number == 1:
                text = text.removeprefix("\xef\xbb\xbf")
            first, *others = _FRAMING.split(text.strip(" \t\n"))
            if first:
                yield number, first
            for other in others:
                yield number, _END
                if other:
                    yield number, other


def _shortened(text):
    "Of an attachment (OBX-2 is ED) all before its data; anything else is broken"
    parts = text.split(text[3], 5)
    return (
        text[3].join([*parts[:5], ""])
        if parts[0] == "OBX" and parts[2:3] == ["ED"]
        else _broken(text)
    )


def _broken(segment):
    "A segment, or no segment, that will not be read: it breaks its message"
    return segment[:4] + UNREAD


def _closed(lines):
    "A message's lines, and separately what follows its last segment"
    if not lines:
        return
    line, header = lines[0]
    if not _HEADER.match(header) or len(header) == 3:
        yield line, None
        return
    shape = re.compile(f"[A-Z][A-Z0-9]{{2}}(?:{re.escape(header[3])}|$)")
    end = len(lines)
    while end > 1 and not shape.match(lines[end - 1][1]):
        end -= 1
    yield line, lines[:end] if all(shape.match(segment) for _, segment in lines[:end]) else None
    if end < len(lines):
        yield lines[end][0], None


@dataclass
class _Limits:
    "How large a message may be; one that is larger breaks, and the notes say so once"

    most: Settings
    notes: list
    is_noted: bool = False

    def are_passed(self, segment, before):
        "Whether a segment is one too many of its message, or has too many fields"
        fields, segments = self.most.segment_fields, self.most.message_segments
        is_long = len(segment) > fields and segment.count(segment[3]) > fields
        is_passed = is_long or before >= segments
        if is_passed and not self.is_noted:
            self.is_noted = True
            self.notes.append(
                f"messages were not read that have more than {segments:,} segments"
                f" (B12_MESSAGE_SEGMENTS) or, in a segment, more than {fields:,} fields"
                " (B12_SEGMENT_FIELDS)"
            )
        return is_passed


@dataclass
class _Batches:
    """What the headers and trailers of batches say of what is between them. A fault: (line, what).

    messages, batches: since the last header or trailer of their kind.
    """

    notes: list
    messages: int = 0
    batches: int = 0
    open: dict = field(default_factory=dict)  # header -> its line

    def note(self, line, segment):
        name = segment[:3]
        if name in ("BTS", "FTS"):
            yield from self._compare(
                line, name, "".join(segment.split(segment[3:4] or " ")[1:2]).strip()
            )
            return
        if name in self.open:
            yield self.open[name], f"its {name} at line {self.open[name]} has no trailer"
        self.open[name] = line
        self.batches, self.messages = (0, 0) if name == "FHS" else (self.batches + 1, 0)

    def _compare(self, line, name, said):
        is_lone = self.open.pop(name[0] + "HS", None) is None
        kind, what, there = "batch", "messages", self.messages
        if name == "FTS":  # messages without BHS and BTS are one batch
            kind, what, there = "file", "batches", self.batches or int(self.messages > 0)
            self.batches = 0
        else:
            self.batches += is_lone
        self.messages = 0
        if is_lone:
            self.notes.append(
                f"its {kind} trailer at line {line} has no header; its messages were read"
            )
        if said and not (said.isdecimal() and int(said) == there):
            yield (
                line,
                (
                    f"its {kind} trailer says {said if said.isdecimal() else 'no number of'}"
                    f" {what}, but there are {there}"
                ),
            )

    def left_open(self):
        return [
            (line, f"its {name} at line {line} has no trailer") for name, line in self.open.items()
        ]


def begins_message(line):
    """Whether a line of a file, as text of Latin-1, begins a message or a batch, ends a batch, or
    is the framing that ends a message."""
    return _BEGINS.match(line) is not None

"""The header of a message (MSH), and whether the message can be taken: chapter 2 of HL7 v2.5.1, and
what the reader needs to keep it apart from its neighbours in a file."""

import re
from dataclasses import dataclass

LONGEST_HEADER = 8192
_MARKS = re.compile(rb"[!-/:-@\[-`{-~]{5,6}")
# what begins another message, or a batch, for the reader
_ANOTHER = re.compile(rb"[\r\n][ \t\r\n]*(?:MSH|FHS|BHS|BTS|FTS)(?!\w)")
_FORBIDDEN = (b"\0", b"\x0b", b"\x1c")


@dataclass(frozen=True)
class Header:
    """The fields of an MSH segment, as bytes. bar: what separates them. marks: MSH-2."""

    bar: bytes
    marks: bytes
    fields: tuple[bytes, ...]

    def field(self, number):
        """MSH-`number`, empty where it is absent."""
        return self.fields[number - 1] if number <= len(self.fields) else b""

    def component(self, number, component=1):
        """A component of MSH-`number`, empty where it is absent."""
        parts = self.field(number).split(self.marks[:1])
        return parts[component - 1].strip() if component <= len(parts) else b""


@dataclass(frozen=True)
class Fault:
    """Why a message is not taken. outcome: R, it never will be as it is; E, not now. code, name: of
    HL7 table 0357."""

    outcome: str
    code: int
    name: str
    text: str


@dataclass(frozen=True)
class Accepted:
    """What a listener takes. types: as ORU or ADT^A40. processing: values of MSH-11."""

    types: frozenset[bytes]
    processing: frozenset[bytes]


def _missing(field):
    return Fault("R", 101, "Required field missing", f"{field} is missing")


NOT_HL7 = Fault("R", 100, "Segment sequence error", "This is not an HL7 v2 message: no valid MSH")
SEVERAL = Fault(
    "R", 100, "Segment sequence error", "Send each message in a frame of its own, without a batch"
)
FORBIDDEN = Fault(
    "R", 102, "Data type error", "The message holds a byte that ends a text or a frame: 00, 0B, 1C"
)
UNKNOWN_TYPE = Fault("R", 200, "Unsupported message type", "This type of message is not taken")
UNKNOWN_EVENT = Fault("R", 201, "Unsupported event code", "This event is not taken")
UNKNOWN_PROCESSING = Fault(
    "R", 202, "Unsupported processing id", "Messages with this MSH-11 are not taken"
)
UNKNOWN_VERSION = Fault("R", 203, "Unsupported version id", "Only HL7 v2 is taken")
TOO_LARGE = Fault("R", 207, "Application internal error", "The message is too large")
NO_MEMORY = Fault("E", 207, "Application internal error", "Too much is being received. Send again")
NOT_STORED = Fault("E", 207, "Application internal error", "It cannot be stored now. Send again")


def header_of(message):
    """The Header of a message, or None where it does not begin with one that can be read."""
    line = re.split(rb"[\r\n]", message[: LONGEST_HEADER + 1].lstrip(), maxsplit=1)[0]
    if not line.startswith(b"MSH") or len(line) > LONGEST_HEADER:
        return None
    bar = line[3:4]
    marks, *fields = line[4:].split(bar) if bar else [b""]
    signs = bar + marks
    if not _MARKS.fullmatch(signs) or len(set(signs)) < len(signs) or len(fields) < 7:
        return None
    return Header(bar, marks, (bar, marks, *fields))


def fault_of(message, header, accepted):
    """Why a message is not taken, or None."""
    if header is None:
        return NOT_HL7
    if any(byte in message for byte in _FORBIDDEN):
        return FORBIDDEN
    if _ANOTHER.search(message, pos=message.index(b"MSH")):
        return SEVERAL
    return _fault_of_header(header, accepted)


def _fault_of_header(header, accepted):
    "In the order of the standard: type, version, processing id"
    if not header.component(9):
        return _missing("MSH-9")
    if not header.field(10).strip():
        return _missing("MSH-10")
    if fault := _fault_of_type(header, accepted.types):
        return fault
    if (version := header.component(12)) and not re.match(rb"2(\.|$)", version):
        return UNKNOWN_VERSION
    # left empty by systems that know no other than production
    processing = header.component(11) or b"P"
    return None if processing in accepted.processing else UNKNOWN_PROCESSING


def _fault_of_type(header, types):
    code = header.component(9)
    event = code + b"^" + header.component(9, 2)
    if code in types or event in types:
        return None
    is_known = any(each.startswith(code + b"^") for each in types)
    return UNKNOWN_EVENT if is_known else UNKNOWN_TYPE


def is_acknowledgment(header):
    """Whether a message is itself an acknowledgment, which is never answered: two systems would
    answer each other for ever."""
    return header is not None and header.component(9) in (b"ACK", b"MCF")

"""The acknowledgment of a message: original mode (AA, AE, AR), or the commit acknowledgment of the
enhanced mode (CA, CE, CR), with the sender's separators."""

import secrets
from datetime import UTC, datetime

from pipeline.receiving.header import Header

# HL7 table 0155: the outcomes that are told
_TOLD = {b"AL": "ARE", b"ER": "RE", b"SU": "A", b"NE": "", b"": ""}
_UNKNOWN = Header(b"|", b"^~\\&", (b"|", b"^~\\&"))
_VERSION = b"2.5.1"  # of an answer to what names none


def acknowledgment(header, fault):
    """The answer to a message as bytes, or None where its header asks for none. header: None where
    it has none that can be read. fault: None where the message is on the disk.

    An accept acknowledgment where MSH-15 asks for it, else an application acknowledgment where
    MSH-16 does, or where both are empty.
    """
    header = header or _UNKNOWN
    code = _code(header, fault.outcome if fault else "A")
    if code is None:
        return None
    segments = [_msh(header), _msa(header, code, fault)]
    if fault and _version(header) >= (2, 5):
        segments.append(_err(header, fault))
    return b"".join(header.bar.join(fields).rstrip(header.bar) + b"\r" for fields in segments)


def _code(header, outcome):
    accept, application = header.component(15), header.component(16)
    if not accept and not application:
        return f"A{outcome}"
    if outcome in _TOLD.get(accept, "ARE"):
        return f"C{outcome}"
    return f"A{outcome}" if outcome in _TOLD.get(application, "ARE") else None


def _msh(header):
    event = header.component(9, 2)
    mark = header.marks[:1]
    return [
        b"MSH", header.marks,
        # the receiver answers the sender
        header.field(5), header.field(6), header.field(3), header.field(4),
        f"{datetime.now(UTC):%Y%m%d%H%M%S}+0000".encode(), b"",
        mark.join((b"ACK", event, b"ACK")) if event else b"ACK",
        secrets.token_hex(8).encode(), header.field(11) or b"P", header.field(12) or _VERSION,
        b"", b"", b"", b"", b"", header.field(18),
    ]  # fmt: skip


def _msa(header, code, fault):
    "MSA-3 was withdrawn with 2.7, ERR-8 came with 2.5"
    text = fault.text.encode() if fault and _version(header) < (2, 7) else b""
    return [b"MSA", code.encode(), header.field(10), text]


def _err(header, fault):
    named = header.marks[:1].join((str(fault.code).encode(), fault.name.encode(), b"HL70357"))
    return [b"ERR", b"", b"", named, b"E", b"", b"", b"", fault.text.encode()]


def _version(header):
    "Major and minor number; of what names none, or nonsense, as of 2.5"
    parts = (header.component(12) or _VERSION).split(b".")
    return tuple(int(part) if part.isdigit() else 5 for part in [*parts, b"0"][:2])

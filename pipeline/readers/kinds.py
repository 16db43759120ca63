"""Files that are not CSV although a profile expects it: known by their first bytes, with what to
do instead."""

import codecs
import re

from pipeline.core import Refused

START = 1 << 12
_BINARY = (  # the first bytes, and what they are
    (rb"PK(\x03\x04|\x05\x06)",
     "this is a document of Office or a ZIP archive: save the table in it as .xlsx or CSV"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
     "this is an old Excel workbook, or one with a password: save it as .xlsx without one"),
    (rb"%PDF-", "this is a PDF: export the table as CSV"),
    (rb"PAR1", "this is Parquet: let its name end in .parquet"),
)  # fmt: skip
_TEXT = (
    (r"\s*(<!doctype html|<html|<head|<body)",
     "this is an HTML page, such as the error page of a failed download: export the table again"),
    (r"\s*<\?xml", "this is XML: export the table as CSV"),
    (r'\s*[\[{][^,]*"resourceType"|\s*[\[{].{0,2000}"resourceType"\s*:',
     "this is FHIR: a profile with format: fhir reads it"),
    (r'\s*(\{\s*("[^"]*"\s*:|\})|\[\s*(\{|\[|"))', "this is JSON: export the table as CSV"),
    (r"\s*(MSH|FHS|BHS)\|", "this is HL7 v2: a profile with format: hl7v2 reads it"),
)  # fmt: skip
_UTF_16, _UTF_32 = (b"\xff\xfe", b"\xfe\xff"), (b"\xff\xfe\0\0", b"\0\0\xfe\xff")


def refuse_other_kinds(path, encoding):
    """Raises Refused for a file that, by its first bytes, is not a text table in this encoding: a
    workbook, an archive, a page, messages, another Unicode encoding."""
    with path.open("rb") as file:
        start = file.read(START)
    for pattern, said in _BINARY:
        if re.match(pattern, start, re.DOTALL):
            raise Refused(said)
    text = start.removeprefix(codecs.BOM_UTF8).decode(encoding, errors="replace")
    for pattern, said in _TEXT:
        if re.match(pattern, text, re.DOTALL | re.IGNORECASE):
            raise Refused(said)
    if found := _other_encoding(start, codecs.lookup(encoding).name):
        raise Refused(
            f"the file is in {found.upper()}; the profile says {encoding}: set dialect.encoding:"
            f" {found}"
        )


def _other_encoding(start, encoding):
    "The Unicode encoding that a byte order mark or zeros show, where the profile says another"
    if encoding.startswith(("utf-16", "utf-32")):
        return None
    if start.startswith(codecs.BOM_UTF8) and not encoding.startswith("utf-8"):
        return "utf-8"
    if start.startswith(_UTF_32):
        return "utf-32"
    if start.startswith(_UTF_16):
        return "utf-16"
    # of Latin letters every second byte is zero
    zeros = [start[place::2].count(0) / max(len(start) // 2, 1) for place in (0, 1)]
    if zeros[1] > 0.5 > 0.1 > zeros[0]:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > 0.5 > 0.1 > zeros[1] else None

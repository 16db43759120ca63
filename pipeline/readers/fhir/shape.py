"""The kind of a FHIR file by its content: NDJSON, a Bundle, or a single resource."""

import json
from itertools import chain, islice, pairwise

from pipeline.core import Refused
from pipeline.readers.fhir.bundle import LARGEST_VALUE, Window, members

MARK = b"\xef\xbb\xbf"
LOOKED_AT = 1000  # lines, to tell NDJSON from a document


def opened(path):
    """The file as text without its byte order mark, line breaks as they are."""
    return path.open(encoding="utf-8-sig", newline="")


def holds_lines(path):
    """Whether lines are whole resources, each by itself; a file of one line is a document.

    A line within a document can be a whole resource too, but then the line before it opens or ends
    with what joins the two.
    """
    lines = _first_lines(path)
    first = next(lines, b"")
    if _is_resource(first):
        return next(lines, None) is not None
    return any(
        _is_resource(line) and not before.endswith((b"[", b":", b","))
        for before, line in pairwise(chain([first], lines))
    )


def _first_lines(path):
    with path.open("rb") as file:
        for line in islice(iter(lambda: file.readline(LARGEST_VALUE), b""), LOOKED_AT):
            if text := line.removeprefix(MARK).strip():
                yield text


def _is_resource(line):
    try:
        return (
            line.startswith(b"{")
            and line.endswith(b"}")
            and "resourceType" in json.loads(line.decode())
        )
    except (ValueError, RecursionError):
        return False


def holds_bundle(path):
    """Whether a document is a Bundle; else it is one resource, which was read to its end. Raises
    Refused."""
    if not path.stat().st_size:
        raise Refused("the file is empty")
    is_typed = False
    try:
        with opened(path) as file:
            for name, value in members(Window(file=file)):
                if name == "resourceType" and value.decoded == "Bundle":
                    return True
                is_typed = is_typed or name == "resourceType"
    except (ValueError, RecursionError):
        raise Refused(
            "it is neither NDJSON, a resource a line, nor one complete JSON document in UTF-8:"
            " deliver it again"
        ) from None
    if not is_typed:
        raise Refused("it is JSON but not a FHIR resource: it has no resourceType")
    if path.stat().st_size > LARGEST_VALUE:
        raise Refused(f"it is a single resource of more than {LARGEST_VALUE >> 20} MB")
    return False

"""Names that senders gave: as they can be printed, and kept on any disk."""

import unicodedata
from pathlib import PurePosixPath

LONGEST_PART = 150  # bytes of a folder's or a file's name
LONGEST_NAME = 1000
LONGEST_ENDING = 20


def printable(text):
    """A text in which every character that cannot be shown, or that a terminal obeys, is written as
    %1B; bytes of a file's name that are not UTF-8, too. Line breaks, tabs and spaces of any width
    stay."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or _is_space(character) else _escaped(character)
        for character in text
    )


def _is_space(character):
    return character in "\n\t" or unicodedata.category(character) == "Zs"


def _escaped(character):
    is_byte = "\udc80" <= character <= "\udcff"  # of a name that is not UTF-8
    encoded = character.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in encoded)


def safe_name(name):
    """The name of a delivered file, with slashes, as the ingest keeps it: printable, on one line,
    and not too long; nearly every name stays as it is."""
    parts = [_part(part) for part in PurePosixPath(name).parts]
    while len("/".join(parts).encode()) > LONGEST_NAME:
        del parts[0]
    return "/".join(parts)


def _part(part):
    text = printable(part).replace("\n", "%0A")
    if len(text.encode()) <= LONGEST_PART and len(PurePosixPath(text).suffix) <= LONGEST_ENDING:
        return text
    ending = PurePosixPath(text).suffix[:LONGEST_ENDING]
    start = text.encode()[: LONGEST_PART - 4 * LONGEST_ENDING].decode(errors="ignore")
    return f"{start}{ending}" if not start.endswith(ending) else start

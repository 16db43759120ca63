"""The limits of a delivered file: what is beyond them is refused, with the limit, what was found
and the setting that raises it."""

import os

from pipeline.core import Refused, settings

LARGEST_RATIO = 200  # text of hospitals shrinks 5 to 30 times; a bomb, a thousand times
DIRECTORY = 1 << 20  # bytes of a zip's list of members: about 15,000 of them
END_OF_ZIP = (1 << 16) + 22  # where that list is told of, and a comment


def check_bytes(path):
    """Raises Refused for a file that is too large as it was delivered."""
    most, size = settings().file_bytes, path.stat().st_size
    if size > most:
        raise _beyond(f"it has {size:,} bytes", most, "B12_FILE_BYTES")


def unpacked_at_most(size, *, least):
    """The bytes that a file of so many may unpack to. least: what any may unpack to."""
    return min(settings().file_unpacked_bytes, max(size * LARGEST_RATIO, least))


def beyond_unpacked(size, most):
    """The Refused of a file that unpacks to more than `unpacked_at_most`."""
    if most < settings().file_unpacked_bytes:
        return Refused(
            f"it expands to more than {LARGEST_RATIO} times its size: deliver it in parts, or"
            " uncompressed"
        )
    found = f"it unpacks to {size:,} bytes or more"
    return _beyond(found, most, "B12_FILE_UNPACKED_BYTES")


def check_members(path):
    """Raises Refused for a zip whose list of members is too long to be read whole. A damaged one
    has none here."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, END_OF_ZIP), os.SEEK_END)
        end = file.read()
    place = end.rfind(b"PK\x05\x06")
    if place >= 0 and int.from_bytes(end[place + 12 : place + 16], "little") > DIRECTORY:
        raise Refused("its zip holds too many files: deliver the files in it, each by itself")


def check_rows(rows):
    """Raises Refused for a table with too many rows."""
    most = settings().file_rows
    if rows > most:
        raise _beyond(f"it has {rows:,} rows or more", most, "B12_FILE_ROWS")


def check_columns(columns):
    """Raises Refused for a table with too many columns."""
    most = settings().file_columns
    if columns > most:
        raise _beyond(f"it has {columns:,} columns or more", most, "B12_FILE_COLUMNS", "split it")


def check_cell(size):
    """Raises Refused for a table with a cell of too many bytes."""
    most = settings().file_cell
    if size > most:
        raise _beyond(f"a cell has {size:,} bytes", most, "B12_FILE_CELL", "shorten it")


def _beyond(found, most, variable, cure="deliver it in parts"):
    return Refused(
        f"{found}; at most {most:,} are allowed ({variable}): {cure}, or raise the limit"
    )

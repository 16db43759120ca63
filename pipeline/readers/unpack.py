"""Compressed deliveries: unpacked into the workshop, within bounds."""

import gzip
import shutil
import zlib
from pathlib import PurePath

from pipeline.errors import InvalidProtocol, Refused

BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
READABLE = ("utf-8", "latin-1")
LARGEST_RATIO = 200  # text of hospitals shrinks 5 to 30 times; a bomb, a thousand times


def unpacked(path, folder):
    """The file itself, or what its gzip holds, as a file of `folder`. Raises Refused for a bomb or a truncated file."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP
    return _gunzipped(path, folder) if is_gzip else path


def as_table_text(path, folder, encoding):
    """A text file in an encoding that the reader knows, and that encoding. Raises Refused for other bytes, and for a NUL byte.

    DuckDB reads UTF-8 and Latin-1; all others are brought into UTF-8 first.
    """
    if encoding not in READABLE:
        path, encoding = _transcoded(path, folder, encoding), "utf-8"
    _refuse_nul(path)
    return path, encoding


def _transcoded(path, folder, encoding):
    place = folder / "transcoded.csv"
    try:
        with path.open(encoding=encoding, newline="") as source, place.open("w", encoding="utf-8", newline="") as target:
            shutil.copyfileobj(source, target, BLOCK)
    except UnicodeError:
        raise Refused(f"the file is not {encoding}") from None
    except LookupError:
        raise InvalidProtocol(f"The profile's dialect names the encoding {encoding}, which nobody knows.") from None
    return place


def _gunzipped(path, folder):
    name = path.name.removesuffix(".gz")
    place, most = folder / f"unpacked{PurePath(name).suffix}", max(path.stat().st_size * LARGEST_RATIO, 64 * BLOCK)
    written = 0
    try:
        with gzip.open(path) as source, place.open("wb") as target:
            while block := source.read(BLOCK):
                written += len(block)
                if written > most:
                    raise Refused(f"its gzip unpacks to more than {LARGEST_RATIO} times its size: deliver it in parts, or not compressed")
                target.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused("its gzip is truncated or damaged: deliver it again") from None
    return place


def _refuse_nul(path):
    with path.open("rb") as file:
        start = 0
        while block := file.read(BLOCK):
            if (place := block.find(b"\0")) >= 0:
                raise Refused(f"the file holds a NUL byte (byte {start + place + 1}): it is damaged, or in another encoding (UTF-16?)")
            start += len(block)

"""Compressed deliveries: unpacked into a work folder, within limits."""

import gzip
import shutil
import zlib
from pathlib import PurePath

from pipeline.core import Refused
from pipeline.readers.kinds import refuse_other_kinds

BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
READABLE = ("utf-8", "latin-1")
LARGEST_RATIO = 200  # text of hospitals shrinks 5 to 30 times; a bomb, a thousand times


def unpacked(path, folder):
    """The file itself, or what its gzip holds, as a file of `folder`. Raises Refused for a bomb or
    a truncated file."""
    return _gunzipped(path, folder) if is_gzip(path) else path


def is_gzip(path):
    """Whether a file is gzip, by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(2) == GZIP


def as_table_text(path, folder, encoding):
    """A text file in an encoding and with line breaks that the reader knows, and that encoding.
    Raises Refused where it is not text.

    DuckDB reads UTF-8 and Latin-1; all others are brought into UTF-8 first.
    """
    refuse_other_kinds(path, encoding)
    if encoding not in READABLE:
        path, encoding = _transcoded(path, folder, encoding), "utf-8"
    return _as_lines(path, folder), encoding


def _transcoded(path, folder, encoding):
    copy = folder / "transcoded.csv"
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target, BLOCK)
    except UnicodeError:
        raise Refused(f"the file is not {encoding}") from None
    return copy


def _gunzipped(path, folder):
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    copy, most = (
        folder / f"unpacked{PurePath(name).suffix}",
        max(path.stat().st_size * LARGEST_RATIO, 64 * BLOCK),
    )
    written = 0
    try:
        with gzip.open(path) as source, copy.open("wb") as target:
            while block := source.read(BLOCK):
                written += len(block)
                if written > most:
                    raise Refused(
                        f"its gzip expands to more than {LARGEST_RATIO} times its size: deliver it"
                        " in parts, or uncompressed"
                    )
                target.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused("its gzip is truncated or damaged: deliver it again") from None
    return copy


def _as_lines(path, folder):
    """The file, or a copy with one kind of line break where it mixes CR LF with LF, or where lines
    end in carriage returns alone: lines keep their numbers.

    Raises Refused for a NUL byte, and for an overlong line.
    """
    start, feeds, pairs, returns = 0, 0, 0, 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if (position := block.find(b"\0")) >= 0:
                raise Refused(
                    f"the file holds a NUL byte (byte {start + position + 1}): it is damaged, or in"
                    " another encoding"
                )
            breaks = block.count(b"\n"), block.count(b"\r\n"), block.count(b"\r")
            if len(block) == BLOCK and not breaks[0] and not breaks[2]:
                raise Refused(
                    f"a line is longer than {BLOCK:,} bytes (at byte {start + 1}): it is not a"
                    " table, or its line breaks are missing"
                )
            feeds, pairs, returns = feeds + breaks[0], pairs + breaks[1], returns + breaks[2]
            start += len(block)
    # beside line feeds, some carriage returns are characters of cells
    are_lines = returns - pairs > 4 * feeds
    if are_lines or 0 < pairs < feeds:
        return _with_feeds(path, folder, b"\r" if are_lines else b"\r\n")
    return path


def _with_feeds(path, folder, line_break):
    "A copy in which each CR LF, and each other line break of this kind, is a line feed"
    copy = folder / "lines.csv"
    with path.open("rb") as source, copy.open("wb") as target:
        held = b""
        while block := source.read(BLOCK):
            block, held = held + block, b""
            if block.endswith(b"\r"):
                block, held = block[:-1], b"\r"
            target.write(block.replace(b"\r\n", b"\n").replace(line_break, b"\n"))
        target.write(held.replace(line_break, b"\n"))
    return copy

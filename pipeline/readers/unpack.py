"""Compressed deliveries, gzip and zip: unpacked into a work folder, within limits."""

import gzip
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from pipeline.core import Refused
from pipeline.readers.kinds import refuse_other_kinds
from pipeline.readers.limits import beyond_unpacked, check_members, unpacked_at_most

BLOCK = 1 << 20
GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OFFICE = "[Content_Types].xml"  # of a workbook, and of every other document of Office
LAYERS = 3  # a gzip of a zip of a gzip
TABLES = (".csv", ".tsv", ".psv", ".txt", ".dat", ".parquet", ".xlsx", ".xpt", ".gz")
READABLE = ("utf-8", "latin-1")


def unpacked(path, folder):
    """The file itself, or what its gzip or its zip of one table holds, as a file of `folder`.
    Raises Refused for a bomb, a damaged file, and a zip of several tables or with a password."""
    for layer in range(LAYERS):
        if is_gzip(path):
            path = _gunzipped(path, folder, layer)
        elif is_zip(path) and not zip_holds(path, OFFICE):
            path = _unzipped(path, folder, layer)
    return path


def is_gzip(path):
    """Whether a file is gzip, by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(2) == GZIP


def is_zip(path):
    """Whether a file is a zip, by its first bytes and not by its name; a workbook is one, too."""
    with path.open("rb") as file:
        return file.read(4) in ZIP


def is_parquet(path):
    """Whether a file is Parquet, by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def zip_holds(path, name):
    """Whether a zip has a member of this name; a damaged one has not. Raises Refused for too many
    members."""
    check_members(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return name in archive.namelist()
    except zipfile.BadZipFile:
        return False


def delivered_tables(path, name, folder):
    """The tables of a file, as (path, name): of a zip of several each of them, unzipped into
    `folder`, of any other file that file itself. Raises Refused as `tables_in_zip`."""
    if not is_zip(path) or zip_holds(path, OFFICE) or len(members := tables_in_zip(path)) < 2:
        return [(path, name)]
    return [
        (extracted(path, member, folder / f"{place}{_ending(member)}"), member.filename)
        for place, member in enumerate(members)
    ]


def tables_in_zip(path):
    """The members of a zip that may be tables, by their names; folders, hidden files and what a Mac
    adds left out. Raises Refused for a bomb, a damaged zip, and one with a password."""
    check_size(path)
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not _is_beside(member)]
    if any(member.flag_bits & 1 for member in members):
        raise Refused("its zip is protected by a password: deliver it without one")
    tables = [each for each in members if each.filename.lower().endswith(TABLES)]
    return members if len(members) == 1 else tables


def beside_tables(path):
    """The members of a zip that no reader reads: hidden files and what else lies beside its tables;
    without those under a password. Raises Refused as `tables_in_zip`."""
    tables = {member.filename for member in tables_in_zip(path)}
    with zipfile.ZipFile(path) as archive:
        others = [each for each in archive.infolist() if each.filename not in tables]
    return [each for each in others if not (each.is_dir() or each.flag_bits & 1)]


def check_begins_zip(path):
    """Raises Refused for a zip of which only the end would be read: another stands before it, as
    where two were written into one file. A damaged one has none here."""
    if not is_zip(path):
        return
    check_members(path)
    try:
        with zipfile.ZipFile(path) as archive:
            places = [member.header_offset for member in archive.infolist()]
    except zipfile.BadZipFile:
        return
    if min(places, default=0):
        raise Refused("its zip is two or more, one after the other: deliver each by itself")


def check_size(path):
    """Raises Refused for a zip that is damaged, and for one that would grow too large."""
    check_members(path)
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise Refused("its zip is truncated or damaged: deliver it again") from None
    if size > (most := most_of(path)):
        raise beyond_unpacked(size, most)


def extracted(path, member, target):
    """Write a member of a zip into a file. Raises Refused where it is damaged."""
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(member) as source,
            target.open("wb") as copy,
        ):
            shutil.copyfileobj(source, copy, BLOCK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise Refused("its zip is truncated or damaged: deliver it again") from None
    return target


def _is_beside(member):
    path = PurePosixPath(member.filename)
    return member.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts


def _unzipped(path, folder, layer):
    tables = tables_in_zip(path)
    if not tables:
        raise Refused("its zip holds no table: deliver the files in it, each by itself")
    if len(tables) > 1:
        raise Refused(
            f"its zip holds {len(tables)} tables: unzip it, and deliver the files in it, each by"
            " itself"
        )
    return extracted(path, tables[0], folder / f"unzipped{layer}{_ending(tables[0])}")


def _ending(member):
    "Of a member's name only the ending is used, so that it leads nowhere"
    return PurePosixPath(member.filename).suffix


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


def most_of(path):
    """The bytes that a delivered file may unpack to."""
    return unpacked_at_most(path.stat().st_size, least=64 * BLOCK)


def _gunzipped(path, folder, layer):
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    copy, most = folder / f"unpacked{layer}{Path(name).suffix}", most_of(path)
    written = 0
    try:
        with gzip.open(path) as source, copy.open("wb") as target:
            while block := source.read(BLOCK):
                written += len(block)
                if written > most:
                    raise beyond_unpacked(written, most)
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
    are_lines = _are_lines(feeds, pairs, returns)
    if are_lines or 0 < pairs < feeds:
        return _with_feeds(path, folder, b"\r" if are_lines else b"\r\n")
    return path


def _are_lines(feeds, pairs, returns):
    "Whether carriage returns end lines: beside line feeds, some are characters of cells"
    return returns - pairs > 4 * feeds


def line_ends(path, encoding):
    """What ends a line of a delivered table, for `open(newline=)`: a line feed alone or, where a
    carriage return does too, any of them."""
    feeds, pairs, returns = 0, 0, 0
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        while block := file.read(BLOCK):
            if block.endswith("\r"):
                block += file.read(1)
            feeds, pairs = feeds + block.count("\n"), pairs + block.count("\r\n")
            returns += block.count("\r")
    return "" if _are_lines(feeds, pairs, returns) else "\n"


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

"""Atomic file writing, secrets, hashes, and access to folders without following
links."""

import hashlib
import json
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from pipeline.core.errors import Malformed

LARGEST = 1 << 24  # bytes of a file of settings, or of one that this program wrote
TOO_DEEP = "lists and keys stand too deep in one another"


def sha256_of(path):
    """The SHA-256 of a file, in hex."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_bytes(path, *, most=LARGEST):
    """The bytes of a regular file. Raises OSError, and Malformed for a folder, for a pipe, which
    might never end, and for a file of more bytes than `most`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Malformed("it is not a file, but a folder or a pipe")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise Malformed(f"it is larger than {most:,} bytes")
    return content


def read_text(path, *, most=LARGEST):
    """The text of a regular file in UTF-8. Raises OSError, and Malformed with the line."""
    content = read_bytes(path, most=most)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Malformed(f"line {line}: byte {error.start + 1} is not UTF-8") from None


def read_json(path, *, most=LARGEST):
    """The values of a file of JSON in UTF-8. Raises OSError, and Malformed with the line."""
    text = read_text(path, most=most)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"{place}: it is not valid JSON") from None
    except ValueError:  # of numbers with thousands of digits
        raise Malformed("a value in it cannot be read") from None
    except RecursionError:
        raise Malformed(TOO_DEEP) from None


def part_path(path):
    """The hidden file beside a path under which its next content is written."""
    return path.with_name(f".{path.name}.part")


def is_part(path):
    """Whether a file is one under which another's next content was written, or unpacked; a delivery
    may be called x.plain."""
    return path.suffix == ".part" or (path.suffix == ".plain" and path.name.startswith("."))


@contextmanager
def replacing(path, *, is_flushed=True):
    """Yields a hidden path beside `path`, which takes its place when the block ends without an
    error; else it is removed.

    is_flushed: the content reaches the disk before the name does, so that a power cut leaves the
    old file or the new one.
    """
    part = part_path(path)
    part.unlink(missing_ok=True)
    try:
        yield part
        if is_flushed:
            flush(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def flush(path):
    """Write a file's content, or a folder's names, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path, value):
    """Write JSON atomically, readable by its owner only; dates become text."""
    with replacing(path) as part:
        part.write_text(json.dumps(value, indent=1, default=str) + "\n", encoding="utf-8")
        part.chmod(0o600)


def create_secret_file(path, text=None):
    """Write a text, else 64 random hex characters, into a file that its owner alone reads; an
    existing file stays as it is.

    The file is there whole or not at all, whenever the process is killed; of two processes that
    create it at once, the first wins.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(3).hex()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text or secrets.token_hex(32))
        flush(part)
        with suppress(FileExistsError):
            os.link(part, path)  # unlike a rename, never over a file that is there
    finally:
        part.unlink(missing_ok=True)
    flush(path.parent)  # the name survives a power cut, too


@contextmanager
def open_below(root, folder, *, make=False):
    """A descriptor, for `dir_fd=`, of a folder below a root, reached without following a link.
    make: create missing folders.

    Raises FileNotFoundError, and NotADirectoryError where something else stands in the way, such as
    a link: into these folders other accounts write, and none of them may lead the pipeline
    elsewhere.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in PurePath(folder).parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=descriptor)
            deeper = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = deeper
        yield descriptor
    finally:
        os.close(descriptor)

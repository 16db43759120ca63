"""The spool: files of received messages that are still written, and how they come into
`landing/`."""

import mmap
import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime

from pipeline.core import flush, lock_if_free, open_below, sha256_of

FRAME_END = b"\x1c\r"


def new_name():
    """A name that no other file of the spool has."""
    return f"received-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(8)}.hl7"


def spooled_files(home):
    """The files of the spool, of every source, oldest first."""
    return sorted(path for path in home.spool.glob("*/*.hl7") if path.is_file())


def land_spooled(home, paths):
    """Move those of these spooled files that no living process writes into
    `landing/<source>/<SHA-256>/`, each by one rename; returns the bytes at their ends that were
    dropped.

    After the last whole message there may be a part of one whose process was killed, or zeros where
    the power failed: it was never acknowledged. Raises OSError.
    """
    dropped = 0
    for path in paths:
        with lock_if_free(path) as is_free, suppress(FileNotFoundError):  # another was faster
            if is_free:
                dropped += _cut(path)
                _land(home, path)
    return dropped


def _cut(path):
    "Remove what is behind the last whole message; returns how many bytes"
    size = path.stat().st_size
    whole = _whole(path) if size else 0
    if whole < size:
        os.truncate(path, whole)
        flush(path)
    return size - whole


def _whole(path):
    "No message holds a zero, or the end of a frame, so both are known where they stand"
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        zero = held.find(b"\0")
        end = held.rfind(FRAME_END, 0, len(held) if zero < 0 else zero)
        return end + len(FRAME_END) if end >= 0 else 0


def _land(home, path):
    if not path.stat().st_size:
        path.unlink()
        return
    source = path.parent.name
    home.landing.mkdir(parents=True, exist_ok=True, mode=0o700)
    # a folder of its hash: the file is complete, and is taken without waiting for it to settle
    with open_below(home.landing, f"{source}/{sha256_of(path)}", make=True) as folder:
        os.rename(path, path.name, dst_dir_fd=folder)
        os.fsync(folder)
    flush(home.landing / source)
    flush(path.parent)

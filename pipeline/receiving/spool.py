"""The spool of a listener: messages are appended to one file, flushed together, and landed."""

import errno
import fcntl
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass

from pipeline.core import flush
from pipeline.landing import land_spooled, new_name, spooled_files
from pipeline.receiving.framing import framed


@dataclass(frozen=True)
class Rolling:
    """When a spooled file goes into `landing/`, and how many bytes of the disk stay free."""

    seconds: float
    size: int
    free: int


class Spool:
    """The file to which messages are appended, and what earlier processes left. Not for several
    threads at once.

    due_at: when `roll` is due, by the monotonic clock, or None.
    """

    def __init__(self, home, source, rolling):
        self.home, self.folder, self.rolling = home, home.spool / source, rolling
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.due_at = None
        self._file, self._size = None, 0

    def append(self, messages):
        """Write messages through to the disk; they are stored once this returns. Raises OSError:
        then none of them is, and the file holds what it held before."""
        data = b"".join(map(framed, messages))
        if shutil.disk_usage(self.folder).free - len(data) < self.rolling.free:
            raise OSError(errno.ENOSPC, "less of the disk is free than B12_RECEIVE_FREE_BYTES")
        if self._file is None:
            self._open()
        assert self._file is not None
        try:
            _write(self._file, data)
            os.fdatasync(self._file)
        except OSError:
            self._give_up()
            raise
        self._size += len(data)
        if self._size >= self.rolling.size:
            self.due_at = time.monotonic()

    def _open(self):
        path = self.folder / new_name()
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # while it is held, no process lands it
            flush(self.folder)  # the name survives a power cut, too
        except OSError:
            os.close(file)
            raise
        self._file, self._size = file, 0
        self.due_at = time.monotonic() + self.rolling.seconds

    def _give_up(self):
        """After a failed flush the kernel may have dropped what was written: the file is used no
        more, and the next message gets a new one"""
        assert self._file is not None
        with suppress(OSError):
            os.ftruncate(self._file, self._size)
        self._close()

    def _close(self):
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def roll(self):
        """Land what was written, and what killed processes left; returns the dropped bytes. Raises
        OSError: then it is due again later."""
        self._close()
        self.due_at = time.monotonic() + self.rolling.seconds
        dropped = land_spooled(
            self.home, [path for path in spooled_files(self.home) if path.parent == self.folder]
        )
        self.due_at = None
        return dropped


def _write(file, data):
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]

"""The folder in which a screening works, and its DuckDB connection; both go at its end."""

import fcntl
import os
import shutil
from contextlib import closing, contextmanager

from pipeline.core import exclusive_lock, remove_unlocked
from pipeline.engine import connect, storage_errors


@contextmanager
def scratch_folder(home):
    """A folder of this process, which goes at the end; a process that was killed leaves one that
    the next removes."""
    folder = home.work / f"screen-{os.getpid()}-{os.urandom(3).hex()}"
    with exclusive_lock(
        home, "work"
    ):  # a folder is locked before another process could take it for an orphan
        _remove_orphans(home)
        folder.mkdir(parents=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def scratch_database(home, folder):
    """A DuckDB connection in memory that spills into a folder.

    Raises LakeUnavailable for a file of the lake that cannot be read, and StorageError for a full
    disk or memory.
    """
    with closing(connect(spill=folder / "spill")) as con, storage_errors(home):
        yield con


def _remove_orphans(home):
    """Patients' rows that killed screenings left, and notes on deliveries that killed claims left:
    their lock ended with them"""
    remove_unlocked([*home.work.glob("screen-*"), *home.work.glob("note-*")], ignore_errors=True)

"""The folder in which a screening works, and its DuckDB connection; both go at its end."""

from contextlib import closing, contextmanager

from pipeline.core import exclusive_lock, private_folder, remove_unlocked
from pipeline.engine import connect, storage_errors


@contextmanager
def scratch_folder(home):
    """A private folder of this process. Notes on deliveries that killed claims left go, too."""
    with exclusive_lock(home, "work"):
        remove_unlocked(home.work.glob("note-*"), ignore_errors=True)
    with private_folder(home, "screen") as folder:
        yield folder


@contextmanager
def scratch_database(home, folder):
    """A DuckDB connection in memory that spills into a folder.

    Raises LakeUnavailable for a file of the lake that cannot be read, and StorageError for a full
    disk or memory.
    """
    with closing(connect(spill=folder / "spill")) as con, storage_errors(home):
        yield con

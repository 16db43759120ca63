"""The folder in which a screening works, and its DuckDB connection; both go at its end."""

import shutil
import time
from contextlib import closing, contextmanager

from pipeline.core import exclusive_lock, private_folder, remove_unlocked
from pipeline.engine import connect, storage_errors

AHEAD = "night-"  # begins the name of the folder of a night that was planned ahead
ABANDONED = 2 * 24 * 3600  # seconds after which such a night is not published any more


@contextmanager
def scratch_folder(home):
    """A private folder of this process. Notes on deliveries that killed claims left go, too."""
    with exclusive_lock(home, "work"):
        remove_unlocked(home.work.glob("note-*"), ignore_errors=True)
    remove_abandoned(home)
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


def remove_abandoned(home):
    """Remove the folders of nights that were planned ahead and never published."""
    for folder in home.work.glob(f"{AHEAD}*"):
        if folder.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(folder, ignore_errors=True)

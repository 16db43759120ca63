"""The layout of the lake's files: few and large ones and, of patients' rows, sorted by patient, so
that a bucket of patients reads its row groups alone."""

import os
from contextlib import closing
from pathlib import Path

from pipeline.core import ENTITIES, private_folder
from pipeline.engine import connect, storage_errors
from pipeline.lake.tables import FORMAT, commit, file_paths, open_tables, order_of, scan_of

SORTED = "sorted-"  # begins the name of a file that was written here
FILE_SIZE = "128MB"


def compact(home):
    """Merge small files of every table, and sort the rows of patients; returns how many files each
    lost. A table whose rows lie sorted already stays as it is. Raises StorageError."""
    lost = {}
    for table, delta in open_tables(home):
        before = len(file_paths(delta))
        if table not in ENTITIES:
            delta.optimize.compact()
        elif not _is_sorted(delta):
            _sort(home, table, delta)
        delta.update_incremental()
        lost[table] = before - len(file_paths(delta))
    return lost


def _is_sorted(delta):
    return all(Path(path).name.startswith(SORTED) for path in file_paths(delta))


def _sort(home, table, delta):
    "Files that a kill leaves in the table's folder go with the next vacuum"
    name = f"{SORTED}{os.urandom(8).hex()}-{{i}}"
    copied = (
        f"copy ({scan_of(delta, table)} {order_of(table)}) to $1 ({FORMAT}, file_size_bytes"
        f" '{FILE_SIZE}', filename_pattern '{name}', overwrite_or_ignore, return_stats)"
    )
    with (
        private_folder(home, "compact") as folder,
        closing(connect(spill=folder)) as con,
        storage_errors(home),
    ):
        written = con.execute(copied, [str(home.lake / table)]).fetchall()
    commit(delta, "overwrite", [(Path(path), rows) for path, rows, *_ in written])

"""The layout of the lake's files: few and large ones and, of patients' rows, sorted by patient, so
that a bucket of patients reads its row groups alone."""

import os
from contextlib import closing
from pathlib import Path

from pipeline.core import ENTITIES, private_folder
from pipeline.engine import connect, storage_errors
from pipeline.lake.tables import FORMAT, commit, file_paths, open_tables, order_of, scan_of

SORTED = "sorted-"  # begins the name of a file that was written here
SHARE = 0.1  # of a table's bytes: unless so much lies unsorted, its large files stay as they are
FILE_SIZE = "128MB"


def compact(home):
    """Merge small files of every table, and sort the rows of patients; returns how many files each
    lost. A table most of whose rows lie sorted is not written anew. Raises StorageError."""
    lost = {}
    for table, delta in open_tables(home):
        before = len(file_paths(delta))
        if table in ENTITIES and _unsorted(delta) > SHARE:
            _sort(home, table, delta)
        else:
            delta.optimize.compact()
        delta.update_incremental()
        lost[table] = before - len(file_paths(delta))
    return lost


def _unsorted(delta):
    "The share of the bytes in files that were not written here"
    sizes = {path: path.stat().st_size for path in map(Path, file_paths(delta))}
    unsorted = sum(size for path, size in sizes.items() if not path.name.startswith(SORTED))
    return unsorted / max(1, sum(sizes.values()))


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

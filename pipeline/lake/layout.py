"""The layout of the lake's files: few and large ones and, of patients' rows, sorted by patient, so
that a bucket of patients reads its row groups alone."""

import os
from contextlib import closing

import pyarrow as pa

from pipeline.core import ENTITIES, private_folder
from pipeline.engine import connect, storage_errors
from pipeline.lake.object_store import lake_errors, reach
from pipeline.lake.places import check_is_ours
from pipeline.lake.tables import FORMAT, commit, file_paths, open_tables, order_of, scan_of

SORTED = "sorted-"  # begins the name of a file that was written here
SHARE = 0.1  # of a table's bytes: unless so much lies unsorted, its large files stay as they are
FILE_SIZE = "128MB"


def compact(home):
    """Merge small files of every table, and sort the rows of patients; returns how many files each
    lost. A table most of whose rows lie sorted is not written anew. Raises StorageError."""
    check_is_ours(home)
    with lake_errors(home):
        return {table: _compact(home, table, delta) for table, delta in open_tables(home)}


def _compact(home, table, delta):
    before = len(file_paths(delta))
    if table in ENTITIES and _unsorted(delta) > SHARE:
        _sort(home, table, delta)
    else:
        delta.optimize.compact()
    delta.update_incremental()
    return before - len(file_paths(delta))


def _unsorted(delta):
    "The share of the bytes in files that were not written here"
    files = pa.table(delta.get_add_actions(flatten=True)).to_pylist()
    unsorted = sum(
        file["size_bytes"] for file in files if not file["path"].rsplit("/")[-1].startswith(SORTED)
    )
    return unsorted / max(1, sum(file["size_bytes"] for file in files))


def _sort(home, table, delta):
    "Files that a kill leaves in the table's folder go with the next vacuum"
    name = f"{SORTED}{os.urandom(8).hex()}-{{i}}"
    copied = (
        f"copy ({scan_of(delta, table)} {order_of(table)}) to $1 ({FORMAT}, file_size_bytes"
        f" '{FILE_SIZE}', filename_pattern '{name}', overwrite_or_ignore)"
    )
    with (
        private_folder(home, "compact") as folder,
        closing(connect(spill=folder)) as con,
        storage_errors(home),
    ):
        reach(con, home)
        folder = file_paths(delta)[0].rsplit("/", 1)[0]
        written = con.execute(copied, [folder]).fetchall()
    commit(delta, "overwrite", written)

"""The layout of the lake's files: few and large ones and, of patients' rows, sorted by patient, so
that a bucket of patients reads its row groups alone."""

import os
from contextlib import closing

import pyarrow as pa

from pipeline.core import ENTITIES, private_folder
from pipeline.engine import connect, rows_of, storage_errors
from pipeline.lake.object_store import lake_errors, reach
from pipeline.lake.places import check_is_ours
from pipeline.lake.tables import (
    FORMAT,
    commit,
    file_paths,
    open_table,
    open_tables,
    order_of,
    scan_of,
)

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


def read_by_ranges(con, home, versions, edges):
    """What ranges of patient ids, which begin and end at these edges, read of the lake in all:
    table -> {rows, bytes, rows_read, bytes_read}, the first two of the table itself.

    By the statistics of the row groups: one that two ranges read counts twice. bytes: compressed,
    of all columns. versions: of the tables.
    """
    reach(con, home)
    tables = {table: open_table(home, table, versions[table]) for table in ENTITIES}
    files = {table: file_paths(delta) for table, delta in tables.items() if delta}
    return {
        table: rows_of(con, _READ, [list(edges), paths])[0]
        for table, paths in files.items()
        if paths
    }


_READ = """
with row_group as (
    select
        any_value(row_group_num_rows) as rows, sum(total_compressed_size) as bytes,
        min(stats_min_value) filter (path_in_schema = 'patient_id') as low,
        max(stats_max_value) filter (path_in_schema = 'patient_id') as high
    from parquet_metadata($2::varchar[])
    group by file_name, row_group_id
),

met as (
    select
        rows, bytes,
        1 + len(list_filter(
            $1::varchar[], lambda edge: low is null or (edge > low and edge <= high)
        )) as ranges
    from row_group
)

select
    coalesce(sum(rows), 0)::bigint as rows, coalesce(sum(bytes), 0)::bigint as bytes,
    coalesce(sum(rows * ranges), 0)::bigint as rows_read,
    coalesce(sum(bytes * ranges), 0)::bigint as bytes_read
from met
"""


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

"""The rows of a published run, a few at a time."""

import pyarrow.parquet as pq

AT_ONCE = 2000


def published(folder, *, everyone=False, priority=None):
    """The rows of a run's worklist, or of everyone assessed, in their order; only of one priority when given."""
    name = "assessment.parquet" if everyone else "worklist.parquet"
    with pq.ParquetFile(folder / name) as file:
        for batch in file.iter_batches(AT_ONCE):
            yield from (row for row in batch.to_pylist() if priority in (None, row["priority"]))

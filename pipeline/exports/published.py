"""The rows of a published run."""

import csv
import io
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.runs import damaged, parquet_files

AT_ONCE = 2000  # rows


def published(folder, *, everyone=False, priority=None):
    """The rows of a run's worklist, or of everyone assessed, in their order, a few at a time; only
    of one priority when given. Raises StorageError where it is damaged."""
    name = "assessment" if everyone else "worklist"
    for path in parquet_files(folder, name) or [folder / f"{name}.parquet"]:
        with _damage_told(path), pq.ParquetFile(path) as file:
            for batch in file.iter_batches(AT_ONCE):
                yield from (row for row in batch.to_pylist() if priority in (None, row["priority"]))


@contextmanager
def _damage_told(path):
    if path.exists() and not path.is_file():  # a pipe would never end
        raise damaged(path)
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError):
        raise damaged(path) from None
    except OSError as error:
        if error.errno is None:  # of a broken page, in words that are not the system's
            raise damaged(path) from None
        raise


def worklist_csv(folder, *, priority=None):
    """The worklist.csv of a run as text; only the lines of one priority when given."""
    with (folder / "worklist.csv").open(encoding="utf-8", newline="") as file:
        text = file.read()
    if priority is None:
        return text.removesuffix("\n")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    place, out = header.index("priority"), io.StringIO(newline="")
    chosen = [row for row in rows if row[place] == str(priority)]
    out.write(",".join(header) + "\n")
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(chosen)
    return out.getvalue().removesuffix("\n")

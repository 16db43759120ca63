"""The rows of a published run."""

import csv
import io
from contextlib import contextmanager
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.protocol import TESTS, first_action, pack_of_run
from pipeline.runs import damaged, parquet_files, read_manifest

AT_ONCE = 2000  # rows


def published(folder, *, everyone=False, priority=None):
    """The rows of a run's worklist, or of everyone assessed, in their order, a few at a time; only
    of one priority when given. Raises StorageError where it is damaged."""
    name = "assessment" if everyone else "worklist"
    for path in parquet_files(folder, name) or [folder / f"{name}.parquet"]:
        with _damage_told(path), pq.ParquetFile(path) as file:
            for batch in file.iter_batches(AT_ONCE):
                yield from (row for row in batch.to_pylist() if priority in (None, row["priority"]))


def as_shown(folder, rows):
    """Rows of a run's worklist with what is done first (`action`), and the result that decides each
    as the laboratory reported it (`result`, `result_test`, `result_on`): what a published row alone
    does not say. Raises StorageError."""
    protocol = read_manifest(folder).protocol
    pack = pack_of_run(folder, protocol, is_needed=False)
    for some in _in_parts(rows):
        deciding = _deciding(folder, [row["patient_id"] for row in some])
        for row in some:
            known = deciding.get(row["patient_id"]) or _of_b12(row)
            yield row | known | {"action": first_action(pack, row)}


def _in_parts(rows):
    rows = iter(rows)
    return iter(lambda: list(islice(rows, AT_ONCE)), [])


def _deciding(folder, patient_ids):
    "What `listed_patient.parquet` says of these patients; nothing of a run before there was one"
    path = folder / "listed_patient.parquet"
    if not path.exists():
        return {}
    with _damage_told(path):
        columns = ["patient_id", "deciding_test", "deciding_reported", "deciding_on"]
        found = pq.read_table(path, columns=columns, filters=[("patient_id", "in", patient_ids)])
    return {
        row["patient_id"]: {
            "result": _named(row["deciding_test"], row["deciding_reported"]),
            "result_test": row["deciding_test"], "result_on": row["deciding_on"],
        }
        for row in found.to_pylist()
    }  # fmt: skip


def _named(test, reported):
    "A result with its test, where it is not the B12 that everyone expects there"
    return reported if test in (None, "total_b12") else f"{TESTS[test]} {reported}"


def _of_b12(row):
    return {"result": row["b12_reported"], "result_test": "total_b12", "result_on": row["b12_on"]}


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

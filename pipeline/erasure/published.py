"""Erase a patient from what runs published: rows go, for nothing refers to their place."""

import csv
from contextlib import closing

from pipeline.core import replacing
from pipeline.engine import connect
from pipeline.runs import PATIENTS_READ_TOGETHER, parquet_files

TABLES = (
    "assessment", "worklist", "patient_site", "listed_patient", "follow_up", "explanation",
    "outcome",
)  # fmt: skip
WORKLIST = "worklist.csv"
_IS_THEIRS = "patient_id in (select unnest($2::varchar[]))"


def run_folders(home):
    """The folders of all runs, held ones too, and that of the outcomes."""
    folders = [*home.runs.glob("[!.]*"), *home.runs.glob(".held-*"), home.outcomes]
    return [folder for folder in folders if folder.is_dir() and not folder.is_symlink()]


def rows_of_run(folder, ids):
    """How many rows a run's tables have of these patient ids."""
    counted = f"select count(*) from read_parquet($1) where {_IS_THEIRS}"
    with closing(connect()) as con:
        return sum(
            con.execute(counted, [str(path), list(ids)]).fetchall()[0][0]
            for path in _tables(folder)
        )


def erase_run(folder, ids):
    """Delete the rows of these patient ids from a run's tables."""
    with closing(connect()) as con:
        for path in _tables(folder):
            with replacing(path) as part:
                kept = f"from read_parquet($1) where ({_IS_THEIRS}) is not true"
                con.execute(
                    f"copy ({kept}) to $3 (format parquet{_groups(folder, path)})",
                    [str(path), list(ids), str(part)],
                )
    if (folder / WORKLIST).exists():
        _erase_worklist(folder / WORKLIST, {*ids, *(f"'{patient_id}" for patient_id in ids)})


def _groups(folder, path):
    "Pages read little of what was prepared for them"
    is_read_by_pages = path.relative_to(folder).parts[0] == "explanation.parquet"
    return f", row_group_size {PATIENTS_READ_TOGETHER}" if is_read_by_pages else ""


def _tables(folder):
    return [path for name in TABLES for path in parquet_files(folder, name)]


def _erase_worklist(path, cells):
    "Every other row stays as it is, byte for byte"
    with path.open(encoding="utf-8", newline="") as file, replacing(path) as part:
        lines = []
        rows = csv.reader(_noted(file, lines))
        column = next(rows).index("patient_id")
        with part.open("w", encoding="utf-8", newline="") as target:
            target.write("".join(lines))
            lines.clear()
            for row in rows:
                if row[column] not in cells:
                    target.write("".join(lines))
                lines.clear()


def _noted(file, lines):
    for line in file:
        lines.append(line)
        yield line

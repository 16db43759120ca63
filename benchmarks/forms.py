"""Ingest of one population in each form that is read, against DuckDB's own copy of the canonical
CSV into Parquet in the same process.

What counts is the ratio: seconds for a row of the form, against seconds for a row of the copy. The
people are those of tests/generative; every run of a form starts with an empty home.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import run as walk
from pipeline.profiles import read_profile
from pipeline.readers import read_header
from tests.generative.forms import FORMS, deliveries, new_home
from tests.generative.population import population

SOURCES = {"wide": "by_day", "own_sql": "by_select"}  # forms that are not named as their profile is


@dataclass(frozen=True)
class Measured:
    """Seconds of each run, and what was read in each."""

    seconds: tuple
    rows: int
    size: int

    @property
    def a_row(self):
        "Seconds for one row, in the median of the runs"
        return statistics.median(self.seconds) / self.rows


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=20_000)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    people = population(1, patients=given.patients)
    with tempfile.TemporaryDirectory(prefix="b12-forms-") as folder:
        written = {form: write(Path(folder) / form, form, people) for form in FORMS}
        copied = repeated(given.runs, lambda run: copy(written["canonical"], Path(folder)))
        show("bare copy", copied, copied)
        for form, delivered in written.items():
            show(form, repeated(given.runs, lambda run: ingest(form, delivered, run)), copied)  # noqa: B023 - called at once


def write(folder, form, people):
    "The folder of a form's own deliveries: of HL7 v2 the messages, without the CSV beside them"
    (folder / "in").mkdir(parents=True)
    for source, name, text in deliveries(form, people):
        if source == SOURCES.get(form, form):
            (folder / "in" / name).write_text(text, encoding="utf-8", newline="")
    return folder


def repeated(runs, work):
    "work(run): gives seconds, rows, bytes"
    seconds, rows, sizes = zip(*map(work, range(runs)), strict=True)
    assert len({*rows}) == len({*sizes}) == 1
    return Measured(seconds, rows[0], sizes[0])


def copy(folder, out):
    "Each canonical file into Parquet as it is, every cell as text"
    dialect, paths, rows = read_profile("canonical").dialect, sorted((folder / "in").iterdir()), 0
    started = time.monotonic()
    for path in paths:
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in read_header(path, dialect).cells)
        [[copied]] = duckdb.execute(
            f"copy (from read_csv('{path}', auto_detect = false, header = true, delim = ',',"
            f" quote = '\"', escape = '\"', columns = {{{columns}}})) to"
            f" '{out}/{path.stem}.parquet' (compression zstd)"
        ).fetchall()
        rows += copied
    return time.monotonic() - started, rows, size(folder)


def ingest(form, folder, run):
    "What `b12 ingest FOLDER --source PROFILE` does, into a new home"
    home = new_home(folder, f"home-{run}")
    started = time.monotonic()
    accounts = walk.ingest(home, [folder / "in"], SOURCES.get(form, form))
    seconds = time.monotonic() - started
    assert accounts and all(account.adds_up() and not account.refused for account in accounts)
    return seconds, sum(account.rows for account in accounts), size(folder)


def size(folder):
    return sum(path.stat().st_size for path in (folder / "in").iterdir())


def show(name, measured, reference):
    low, high = min(measured.seconds), max(measured.seconds)
    print(
        f"{name:>10}: {measured.rows:9,} rows, {measured.size / 1e6:5.1f} MB,"
        f" {statistics.median(measured.seconds):6.2f} s ({low:.2f} to {high:.2f}),"
        f" {1 / measured.a_row:9,.0f} rows a second,"
        f" {measured.a_row / reference.a_row:6.1f} times the copy",
        flush=True,
    )


if __name__ == "__main__":
    main()

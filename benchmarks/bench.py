"""Ingest, first and second night of a large demonstration population, as ratios against a bare copy
and a bare scan of the same files.

Every figure is of one process of its own, in one run on one machine: seconds differ between
machines, ratios hardly.
"""

import argparse
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.population import nights
from benchmarks.processes import B12, compared, timed, verdict
from pipeline.core import Home
from pipeline.lake import file_paths, open_table
from pipeline.profiles import read_profile
from pipeline.readers import read_header

TARGETS = {  # (what, the reference beside it): how many times its seconds, at most
    ("ingest", "copy"): 2.5,
    ("first night", "scan"): 12,
    ("second night", "scan"): 8,
}
PEAK = 2.0  # GB of a process, at most
HERE = (sys.executable, "-m", "benchmarks.bench", "--only")
READ = {  # what a night reads of each lake table
    "patient": "patient_id source birth_on deceased_on is_opted_out merged_into site",
    "lab_result": """
        source sha256 file line patient_id result_id accession_id analyte value_reported
        unit_reported comparator value finding status collected_at collected_on reported_at
        reference_high is_unit_code_disagree
    """,
    "medication": """
        source sha256 file line patient_id medication_id concepts matched_by start_on end_on
        days_supply status route strength_mg
    """,
    "condition": (
        "source patient_id condition_id concepts matched_by onset_on abated_on status length_cm"
        " code"
    ),
    "procedure": "source patient_id procedure_id concepts performed_on status code",
}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=1_000_000)
    options.add_argument(
        "--folder", type=Path, help="where extracts and lake go (default: a temporary folder)"
    )
    options.add_argument("--only", choices=("copy", "scan"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.only:
        {"copy": copy, "scan": scan}[given.only](given.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        measure(given.folder or Path(temporary), given.patients)


def measure(folder, patients):
    "Run each part as a process of its own and print seconds, ratios and peak memory"
    today, extracts, home = date.today(), str(folder / "extracts"), Home(folder / "home")
    into = ["--home", str(home.root)]
    if not Path(extracts).is_dir():
        wanted = ["--patients", str(patients), "--out", extracts, "--as-of", today.isoformat()]
        timed("demo", [*B12, "demo", *wanted])
    done = {
        "copy": timed("copy", [*HERE, "copy", "--folder", str(folder)]),
        "ingest": timed("ingest", [*B12, "ingest", *into, extracts, "--source", "canonical"]),
        "scan": timed("scan", scan_command(home)),
    }
    done |= {name: timed(name, command) for name, command in nights(home, today)}
    print(
        f"\n{platform.machine()}, {os.cpu_count()} cores, DuckDB {duckdb.__version__}, {patients:,}"
        " patients"
    )
    for (name, reference), target in TARGETS.items():
        ratio = done[name].seconds / done[reference].seconds
        print(f"{name} / bare {reference}: {compared(done[name], done[reference])}")
        verdict(f"{name} / bare {reference}", ratio, target)
    for name, _ in TARGETS:
        verdict(f"peak memory of the {name}", done[name].peak, PEAK, " GB")


def scan_command(home):
    """The command that reads of a home's lake what a night reads, and does nothing with it."""
    return [*HERE, "scan", "--folder", str(home.root)]


def copy(folder):
    "The reference of ingest: each extract into Parquet as it is"
    dialect = read_profile("canonical").dialect
    with tempfile.TemporaryDirectory(dir=folder) as out:
        for path in sorted((folder / "extracts").glob("*.csv")):
            columns = ", ".join(f"'{name}': 'VARCHAR'" for name in read_header(path, dialect).cells)
            duckdb.execute(
                f"copy (from read_csv('{path}', auto_detect = false, header = true, delim = ',',"
                f" quote = '\"', escape = '\"', columns = {{{columns}}}, ignore_errors = true)) to"
                f" '{out}/{path.stem}.parquet' (compression zstd)"
            )


def scan(folder):
    "The reference of a night: every value of the columns it reads, read once; folder: a home"
    for table, columns in READ.items():
        files = file_paths(open_table(Home(folder), table))
        seen = ", ".join(f"max({column})" for column in columns.split())
        duckdb.execute(f"select {seen} from read_parquet($1)", [files]).fetchall()


if __name__ == "__main__":
    main()

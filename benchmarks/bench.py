"""Ingest and screen of a large demonstration population, as ratios against a bare copy and a bare
scan of the same files.

Every figure is of one process of its own, in one run on one machine: seconds differ between
machines, ratios hardly.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from pipeline.core import Home
from pipeline.lake import open_table
from pipeline.profiles import read_profile
from pipeline.readers import read_header

TARGETS = {"ingest": 3.0, "screen": 6.0, "peak memory (GB)": 4.0}
READ = {  # what the screen reads of each lake table
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
    os.environ["B12_HOME"] = str(folder / "home")
    today = date.today().isoformat()
    extracts, b12 = str(folder / "extracts"), [sys.executable, "-m", "pipeline"]
    here = [sys.executable, "-m", "benchmarks.bench", "--folder", str(folder), "--only"]
    if not Path(extracts).is_dir():
        wanted = ["--patients", str(patients), "--out", extracts, "--as-of", today]
        timed("demo", [*b12, "demo", *wanted])
    done = {
        "copy": timed("copy", [*here, "copy"]),
        "ingest": timed("ingest", [*b12, "ingest", extracts, "--source", "canonical"]),
        "scan": timed("scan", [*here, "scan"]),
        "screen": timed("screen", [*b12, "screen", "--as-of", today]),
    }
    print(
        f"\n{platform.machine()}, {os.cpu_count()} cores, DuckDB {duckdb.__version__}, {patients:,}"
        " patients"
    )
    for name, reference in (("ingest", "copy"), ("screen", "scan")):
        ratio = done[name][0] / done[reference][0]
        verdict = "met" if ratio <= TARGETS[name] else "not met"
        print(f"{name} / bare {reference}: {ratio:.1f} (target {TARGETS[name]:.0f}: {verdict})")
    peak = max(done[name][1] for name in ("ingest", "screen"))
    print(
        f"peak memory: {peak:.1f} GB (target {TARGETS['peak memory (GB)']:.0f}:"
        f" {'met' if peak <= 4 else 'not met'})"
    )


def timed(name, command):
    "Seconds and peak memory in GB of one command"
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{name} failed"
    seconds, peak = time.monotonic() - started, usage.ru_maxrss / 1e6
    print(f"{name:>8}: {seconds:7.1f} s, peak {peak:.2f} GB", flush=True)
    return seconds, peak


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
    "The reference of the screen: every value of the columns it reads, read once"
    home = Home(folder / "home")
    for table, columns in READ.items():
        files = [uri.removeprefix("file://") for uri in open_table(home, table).file_uris()]
        seen = ", ".join(f"max({column})" for column in columns.split())
        duckdb.execute(f"select {seen} from read_parquet($1)", [files]).fetchall()


if __name__ == "__main__":
    main()

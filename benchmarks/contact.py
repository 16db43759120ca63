"""An ingest of patients with contact data against one of the same patients without, on SQLite and
on PostgreSQL; each a process of its own, in one run.

The seconds of the first are told as a multiple of the second's.
"""

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks.processes import B12, compared, timed, verdict
from tests.stores import fresh_database, postgresql

TARGET = 2.5
PLAIN = "patient_id,birth_date,sex,site"
CONTACT = "name,phone,email,preferred_language,postcode_area,registered_clinician,ethnicity"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=300_000)
    options.add_argument("--folder", type=Path, help="on the disk that is measured")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder, postgresql() as server:
        measure(Path(folder), given.patients, fresh_database(server))


def measure(folder, patients, url):
    """Print the Cost without contact data, and with them on each database."""
    plain = ingested(folder, "without", patients, line_of=row)
    for what, database in (("SQLite", ""), ("PostgreSQL", url)):
        os.environ["B12_DATABASE_URL"] = database
        cost = ingested(folder, f"with, {what}", patients, line_of=full_row)
        print(f"  {compared(cost, plain)}")
        verdict("  times the seconds", cost.seconds / plain.seconds, TARGET)


def ingested(folder, what, patients, *, line_of):
    """The Cost of an ingest into a new home of its own."""
    place = folder / what.replace(", ", "-")
    place.mkdir()
    header = PLAIN if line_of is row else f"{PLAIN},{CONTACT}"
    with (place / "patient.csv").open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        file.writelines(f"{line_of(number)}\n" for number in range(patients))
    words = ["--home", folder / f"home-{place.name}", "ingest", place, "--source", "canonical"]
    return timed(f"{patients:,} patients, {what}", [*B12, *map(str, words)])


def row(number):
    """A patient, in no order of their ids."""
    return f"P{number * 7919 % 10_000_019:08},19{30 + number % 60}-06-15,female,Site {number % 9}"


def full_row(number):
    """The same patient with contact data."""
    return (
        f"{row(number)},Demo Patient {number:07},020 7946 0{number % 1000:03},"
        f"p{number}@example.org,English,ZZ{number % 9} 1AA,Dr Demo {number % 50},White"
    )


if __name__ == "__main__":
    main()

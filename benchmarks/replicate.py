"""A large population for benchmarks: the lake of a small one, each patient as many times as asked,
without writing and ingesting the extracts of a nation."""

import argparse
from contextlib import closing
from pathlib import Path

from pipeline import lake
from pipeline.core import Home
from pipeline.engine import connect

# What names one person's rows: the copies of a patient are other patients, of the same deliveries
NAMES = ("patient_id", "merged_into", "result_id", "accession_id", "medication_id", "condition_id",
         "procedure_id")  # fmt: skip
OF_PATIENTS = ("patient", "lab_result", "medication", "condition", "procedure")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("small", type=Path, help="a home with the lake of a small population")
    options.add_argument("large", type=Path, help="the new home")
    options.add_argument("--times", type=int, required=True)
    given = options.parse_args()
    replicate(Home(given.small), Home(given.large), given.times)


def replicate(small, large, times):
    """Write the lake of another home: every row of patients `times` times, each copy with ids of
    its own; accounts and counts as they are."""
    with closing(connect(spill=large.root / "spill")) as con:
        lake.attach(con, small)
        for table in lake.TABLES:
            if table not in OF_PATIENTS:
                lake.append(con, large, table, f"from lake.{table}", ["replicated"])
                continue
            named = [name for name in NAMES if name in lake.COLUMNS[table]]
            for copy in range(times):
                replaced = ", ".join(f"{name} || '-{copy}' as {name}" for name in named)
                rows = f"select * replace ({replaced}) from lake.{table}"
                lake.append(con, large, table, rows, [f"replicated {copy}"])


if __name__ == "__main__":
    main()

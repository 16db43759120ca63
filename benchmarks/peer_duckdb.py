"""The cohorts of the card in bare DuckDB."""

import json
import sys
from pathlib import Path

import duckdb


def cohorts(question):
    """Patients by cohort, of a question as benchmarks/peers.py writes it."""
    with duckdb.connect() as con:
        for table, files in question["files"].items():
            listed = ", ".join("'{}'".format(file.replace("'", "''")) for file in files)
            con.execute(f"create view {table} as from read_parquet([{listed}])")
        con.execute("create table asked (as_of date, recent_from date)")
        con.execute("insert into asked values ($1, $2)", question["days"])
        con.execute("create table meaning (concept varchar, class varchar)")
        con.executemany("insert into meaning values ($1, $2)", question["meanings"])
        asked = con.execute(Path(__file__).with_name("cohorts.sql").read_text(encoding="utf-8"))
        names = [name for name, *_ in asked.description]
        return dict(zip(names, asked.fetchone(), strict=True))


if __name__ == "__main__":
    print(json.dumps(cohorts(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))

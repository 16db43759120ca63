"""The cohorts of the card, computed on one lake by tools that analysts use, beside the whole night.

Each is a short script: Polars, pandas, bare DuckDB and, where pyspark and Java are there, Spark.
They answer the same questions, and must count the same patients: whose latest usable total B12 is
low or borderline, who takes metformin for more than 4 months or an acid suppressant for more than
12, by eras that reach into the last 12 months, and who had bariatric surgery. They follow merges;
of a result they use the last report, final or corrected, that no other of its accession overrules.

That is less than the night: treatment and age of a result, versions of medication and diagnosis
records, deletions without an owner, contradicting merges and results without an id are left out.
With pernicious anaemia, a patient after surgery is in another cohort of the night.
"""

import argparse
import importlib.util
import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.population import nights, population
from benchmarks.processes import compared, timed, verdict
from pipeline import lake
from pipeline.core import ENTITIES
from pipeline.protocol import vocabulary
from pipeline.runs import manifests, parquet_files

WITHIN = 5  # times the Polars script: the target of the whole night
CLASSES = ("metformin", "acid_suppressant", "bariatric", "bariatric_band", "band_removal", "trap")
OF_NIGHT = {"bariatric": "post_bariatric"}  # the cohorts that have another name there
BANDS = {  # by the value alone
    "low_b12": "b12_value < if(regexp_matches(b12_reported, '[<≤]'), 203.3055, 180)",
    "borderline_b12": (
        "b12_value between 180 and 350 and not regexp_matches(b12_reported, '[<>≤≥]')"
    ),
}
LATER = ("on_treatment", "treated_since", "stale", "stale_borderline")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=100_000)
    options.add_argument("--folder", type=Path, help="of homes to use again or to make")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="b12-peers-") as temporary:
        compare(given.folder or Path(temporary), Path(temporary), given.patients)


def compare(folder, work, patients):
    """Run every peer and a night on one lake; print counts, costs and ratios."""
    home, as_of = population(folder, patients)
    (work / "question.json").write_text(json.dumps(question(home, as_of)), encoding="utf-8")
    answers = {name: answer(name, work) for name in ("duckdb", "polars", "pandas", "spark")}
    answers = {name: found for name, found in answers.items() if found}
    counts = [found for found, _ in answers.values()]
    assert all(each == counts[0] for each in counts), f"the counts differ: {answers}"
    *_, night = [timed(name, command) for name, command in nights(home, as_of)]
    print(f"\n{patients:,} patients; every peer counts the same")
    tell_counts(home, counts[0])
    for name, (_, cost) in answers.items():
        print(f"night / {name}: {compared(night, cost)}")
    if "polars" in answers:
        verdict("night / polars", night.seconds / answers["polars"][1].seconds, WITHIN)


def question(home, as_of):
    """What the peers are asked: files of the lake, the day and 12 months before it, and which
    concepts count for what."""
    before = duckdb.execute("select ($1::date - interval 12 month)::date", [as_of]).fetchone()[0]
    named = [(row["concept"], _class(row)) for row in vocabulary("concept")]
    return {
        "files": {table: lake.file_paths(lake.open_table(home, table)) for table in ENTITIES},
        "days": [as_of.isoformat(), before.isoformat()],
        "meanings": [[concept, name] for concept, name in named if name in CLASSES],
    }


def answer(name, work):
    """(counts, Cost) of a peer; None, with the reason printed, where it is not installed."""
    if reason := missing(name):
        print(f"{name:>13}: skipped, {reason}")
        return None
    command = [sys.executable, "-m", f"benchmarks.peer_{name}", str(work / "question.json")]
    with (work / "answer.json").open("w", encoding="utf-8") as out:
        cost = timed(name, command, stdout=out)
    return json.loads((work / "answer.json").read_text(encoding="utf-8")), cost


def missing(name):
    """Why a peer cannot run here."""
    module = {"spark": "pyspark"}.get(name, name)
    if importlib.util.find_spec(module) is None:
        return f"{module} is not installed"
    if name == "spark" and shutil.which("java") is None:
        return "Java was not found"
    return None


def tell_counts(home, counts):
    """The peers' counts beside those of the night, and what it judges of a value besides."""
    run = home.runs / manifests(home)[0].run_id
    cohorts = json.loads((run / "summary.json").read_text(encoding="utf-8"))["cohort"]
    for name, patients in counts.items():
        night, judged = cohorts.get(OF_NIGHT.get(name, name), 0), judged_besides(run, name)
        told = "".join(f" + {number:,} {answer}" for answer, number in judged.items())
        left = patients - night - sum(judged.values())
        print(f"{name}: peers {patients:,}; night {night:,}{told}; not explained {left:,}")


def judged_besides(run, name):
    """Of the patients whose value is in a cohort of B12, how many have another answer in a run."""
    if name not in BANDS:
        return {}
    found = (
        f"select b12, count(*) from read_parquet($1) where b12 in {LATER} and {BANDS[name]}"
        " group by 1 order by 1"
    )
    files = [str(path) for path in parquet_files(run, "assessment")]
    return dict(duckdb.execute(found, [files]).fetchall())


def _class(row):
    return row["means"] if row["fact"] == "malabsorption" else row["fact"]


if __name__ == "__main__":
    main()

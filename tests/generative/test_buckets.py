"""A night in buckets finds what a night in one piece finds, however many buckets there are.

The populations are few people whose rows lie across the buckets: merges, merges undone, merges in a
circle, corrections, deletions that name no patient, results ids that several patients share. The
definition is every relation built in one connection over the whole lake.
"""

from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline import lake
from pipeline.analysis.explanation import explain, explanation_of
from pipeline.core.config import Home
from pipeline.engine.relations import NIGHTLY, relation_names, with_dependencies
from pipeline.engine.relations import build as build_relations
from pipeline.lake.tables import append
from pipeline.protocol.pack import load
from pipeline.screening.bucket import (
    BUILDERS,
    BUILT,
    EXPLAINED,
    EXPLANATION,
    bucket_of,
    create_listed,
    part_files,
)
from pipeline.screening.plan import RunPlan, parse_day
from pipeline.screening.screen import plan_night, reported, screen_buckets
from pipeline.screening.shadow import FLOW
from tests.clinic import AS_OF, build, insert
from tests.gates import gated

IDS = [f"p{number:02}" for number in range(40)]
COMPARED = [
    "screening.assessment", "screening.worklist", "bucket.patient_site", "bucket.listed_patient", "bucket.follow_up",
    EXPLANATION, *relation_names("reporting"),
]  # fmt: skip
CONCEPTS = {
    "medication": ("metformin", "ppi", "b12_cyanocobalamin", "folic_acid"),
    "condition": (
        "neuropathy_diabetic",
        "headache_tierB_primary",
        "pernicious_anaemia",
        "vegan_diet",
    ),
    "procedure": ("bariatric_procedure", "bariatric_band", "bariatric_band_reversal_or_removal"),
}


def people(dice):
    "Rows by table: what each person says of itself, and what others say of them"
    rows = {table: [] for table in ("patient", "lab_result", *CONCEPTS)}
    for patient_id in dice.sample(IDS, 34):
        rows["patient"] += [patient(dice, patient_id) for _ in range(dice.choice((1, 1, 2)))]
        rows["lab_result"] += [result(dice, patient_id) for _ in range(dice.randrange(4))]
    for patient_id in dice.sample(IDS, 14):
        rows["patient"].append(merge(dice, patient_id, dice.choice(IDS)))
    for first, second, third in (dice.sample(IDS, 3) for _ in range(2)):
        rows["patient"] += [
            {"patient_id": one, "merged_into": other, "recorded_at": "2026-01-05"}
            for one, other in ((first, second), (second, third), (third, first))
        ]
    rows["lab_result"] += [result(dice, dice.choice(IDS)) for _ in range(20)]
    rows["lab_result"] += [
        {"result_id": f"r{dice.randrange(12)}", "analyte": None, "status": "retracted"}
        for _ in range(3)
    ]
    for table in CONCEPTS:
        rows[table] += [record(dice, table) for _ in range(25)]
        rows[table].append({f"{table}_id": f"m{dice.randrange(8)}", "status": "retracted"})
    return rows


def patient(dice, patient_id):
    return {
        "patient_id": patient_id, "birth_on": dice.choice(("1950-01-01", "1950-01-01", "2019-01-01", "1955-01-01")),
        "sex": dice.choice(("female", "male", "unknown")), "site": dice.choice(("Hill", "Dale", None)),
        "is_opted_out": dice.choice((None, None, None, True)),
        "recorded_at": f"2026-01-{dice.randrange(1, 28):02}",
    }  # fmt: skip


def merge(dice, patient_id, into):
    "Into oneself: a merge that is undone"
    into = dice.choice((into, into, patient_id))
    return {
        "patient_id": patient_id,
        "merged_into": into,
        "recorded_at": f"2026-01-{dice.randrange(1, 28):02}",
    }


def result(dice, patient_id):
    return {
        "patient_id": patient_id, "result_id": f"r{dice.randrange(12)}{dice.choice(('', '', '#1'))}",
        "accession_id": dice.choice((None, f"s{dice.randrange(6)}")),
        "analyte": dice.choice(("total_b12", "total_b12", "mma", "egfr", "active_b12")),
        "value": str(dice.choice((90, 150, 230, 280, 400, 700))),
        "status": dice.choice(("final", "final", "final", "corrected", "retracted", "held")),
        "collected_on": f"202{dice.randrange(3, 6)}-0{dice.randrange(1, 9)}-11",
        "reported_at": dice.choice((None, f"2025-1{dice.randrange(3)}-11")),
        "performing_lab": dice.choice(("North", "South", None)), "sha256": dice.choice("ab"),
    }  # fmt: skip


def record(dice, table):
    began = {"medication": "start_on", "condition": "onset_on", "procedure": "performed_on"}[table]
    return {
        "patient_id": dice.choice(IDS), f"{table}_id": f"m{dice.randrange(8)}",
        "concepts": dice.choice(CONCEPTS[table]), "name": dice.choice(("n", None)),
        began: f"20{dice.randrange(10, 26)}-03-01", "source": dice.choice(("canonical", "ehr")),
        "status": "active" if table == "medication" else "counted",
    }  # fmt: skip


def clinic_of(dice):
    con = gated(screened_at=f"{AS_OF} 20:00:00+00")
    insert(con, "lake.delivery", [
        {"source": source, "sha256": sha256, "file": f"{sha256}.csv", "entities": "patient|lab_result|medication|condition|procedure",
         "received_at": f"2026-01-0{day}", "accepted": 30, "rows": 30}
        for source in ("canonical", "ehr") for day, sha256 in enumerate("abx", start=1)
    ])  # fmt: skip
    for table, rows in people(dice).items():
        insert(con, f"lake.{table}", rows)
    return con


def written(con, home):
    "The lake of the clinic as Delta tables"
    for table in lake.TABLES:
        append(con, home, table, f"from lake.{table}", ["test"])


def night_of(home, folder, buckets, monkeypatch):
    "What a night finds, by relation; the population is cut into this many buckets"
    room = len(IDS) if buckets == 1 else 0  # patients are counted approximately
    monkeypatch.setenv("B12_BUCKET_PATIENTS", str(-(-len(IDS) // buckets) + room))
    plan = RunPlan(load(), parse_day(AS_OF))
    night = plan_night(home, folder, plan)
    screen_buckets(home, folder, night, plan)
    with reported(home, folder, night, plan) as screened:
        return night, found(screened.con)


LISTS = ("evidence", "flag_rows", "deciding")  # of explanations, in no order


def found(con):
    in_order = ", ".join(f"list_sort({name}) as {name}" for name in LISTS)
    rows = {name: name for name in COMPARED}
    rows[EXPLANATION] = f"(select * replace ({in_order}) from {EXPLANATION})"
    return {
        name: con.execute(f"select columns(*)::varchar from {rows[name]} order by all").fetchall()
        for name in COMPARED
        if name not in ("reporting.freshness", "reporting.rejection")  # by the time of screening
    }


@pytest.fixture
def homes(tmp_path_factory, monkeypatch):
    monkeypatch.setattr("pipeline.screening.ranges.SAMPLED", 10)
    return lambda: (Home(tmp_path_factory.mktemp("home")), tmp_path_factory.mktemp("night"))


def check(seed, buckets, homes, monkeypatch):
    home, folder = homes()
    with closing(clinic_of(Random(seed))) as con:
        written(con, home)
        build(con, *(name for schema in NIGHTLY for name in relation_names(schema) if name != FLOW))
        listed = {EXPLAINED: create_listed}
        build_relations(con, with_dependencies(con, [EXPLANATION]), builders=listed)
        wanted = found(con)
    night, seen = night_of(home, folder, buckets, monkeypatch)
    assert (len(night.edges) > 0) == (buckets > 1)
    for name, rows in wanted.items():
        assert seen[name] == rows, f"{name}, seed {seed}, {buckets} buckets"


@pytest.mark.parametrize("buckets", [1, 2, 7, 40])
def test_one_population_in_any_number_of_buckets(buckets, homes, monkeypatch):
    check(1, buckets, homes, monkeypatch)


# Relations that look across people: of the codes in use each bucket looks up its own; the words of bands are the pack's; merges are known
# of everyone before the first bucket (night.MERGES)
LOOKED_UP = {
    "clinical.code_name",
    "clinical.medication_class",
    "clinical.loaded_source",
    "clinical.word_severity",
}
NUMBERED = {  # by the combinations of the bucket
    "screening.combination", "screening.combination_fact", "screening.combination_decision",
    "screening.deciding_fact", "screening.fit", "screening.known", "screening.patient_combination",
    "screening.turn",
}  # fmt: skip


def test_no_other_relation_looks_across_people(homes, monkeypatch):
    "Of every relation the rows of the buckets, together, are those of everyone"
    home, folder = homes()
    with closing(clinic_of(Random(3))) as con:
        written(con, home)
        wanted = rows_of_all(build(con, *BUILT))
    monkeypatch.setenv("B12_BUCKET_PATIENTS", "8")
    plan, seen = RunPlan(load(), parse_day(AS_OF)), {name: [] for name in wanted}
    night = plan_night(home, folder, plan)
    for number in night.buckets:
        with bucket_of(home, folder, night, number, pack=plan.pack) as con:
            build_relations(con, BUILT, builders=BUILDERS)
            for name, rows in rows_of_all(con).items():
                seen[name] += rows
    assert len(night.edges) > 2
    for name, rows in wanted.items():
        kind = set if name in LOOKED_UP else Counter
        assert kind(seen[name]) == kind(rows), f"{name} looks across people"


def rows_of_all(con):
    "Those that name no patient belong to every bucket"
    found = {}
    for name in BUILT - NUMBERED:
        rows = con.execute(f"select columns(*)::varchar from {name}")
        columns = [column[0] for column in rows.description]
        place = columns.index("patient_id") if "patient_id" in columns else None
        found[name] = [row for row in rows.fetchall() if place is None or row[place]]
    return {name: rows for name, rows in found.items() if not name.startswith("bucket.")}


@given(st.integers(min_value=2, max_value=1_000_000), st.sampled_from([2, 3, 5]))
@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])  # a seed does not shrink
def test_any_population(seed, buckets):
    with pytest.MonkeyPatch.context() as monkeypatch, TemporaryDirectory() as folder:
        monkeypatch.setattr("pipeline.screening.ranges.SAMPLED", 10)
        night = Path(folder) / "night"
        night.mkdir()
        check(seed, buckets, lambda: (Home(Path(folder) / "home"), night), monkeypatch)


@given(st.integers(min_value=2, max_value=1_000_000))
@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
def test_a_night_prepares_of_who_is_listed_what_explaining_them_says(seed):
    "Of the listed, those of several IDs and a few others"
    with pytest.MonkeyPatch.context() as monkeypatch, TemporaryDirectory() as folder:
        monkeypatch.setattr("pipeline.screening.ranges.SAMPLED", 10)
        monkeypatch.setenv("B12_BUCKET_PATIENTS", "15")
        home, plan = Home(Path(folder) / "home"), RunPlan(load(), parse_day(AS_OF))
        (Path(folder) / "night").mkdir()
        with closing(clinic_of(Random(seed))) as con:
            written(con, home)
        night = plan_night(home, Path(folder) / "night", plan)
        screen_buckets(home, Path(folder) / "night", night, plan)
        files = part_files(Path(folder) / "night", night, EXPLANATION)
        rows = [row for file in files for row in pq.read_table(file).to_pylist()]
        asked = {"pack": plan.pack, "as_of": plan.as_of}
        rows.sort(key=lambda row: not row["also_known_as"])
        for row in rows[:4]:
            computed = explain(home, patient_id=row["patient_id"], **asked)
            names = {"asked_for": row["patient_id"], "lake": computed["lake"]}
            assert explanation_of(plan.pack, row, as_of=plan.as_of, **names) == computed
        assert len(files) > 1 and rows[0]["also_known_as"] and len(rows) >= 4

"""100 real hospital patients: the published worklist against the one that was reviewed row by row (mimic_review.md)."""

import csv
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from tests.command import AS_OF, DATA, adds_up, assessments, b12, latest

DELIVERY = DATA / "mimic_iv_demo"
WORKLIST = Path(__file__).parent / "mimic_worklist.csv"
REVIEW = Path(__file__).parent / "mimic_review.md"
EXPLAINED = ("10039708", "10014354", "10037928", "10020306")


@pytest.fixture(scope="module")
def mimic(tmp_path_factory):
    "Ingested and screened once"
    home = tmp_path_factory.mktemp("mimic")
    accounts = b12(home, "ingest", DELIVERY, "--source", "meds", "--format", "json")
    screened = b12(home, "screen", "--as-of", AS_OF)
    assert (accounts.code, screened.code) == (0, 0), accounts.err + screened.err
    return SimpleNamespace(home=home, accounts=accounts.json, screened=screened.out)


@pytest.fixture(scope="module")
def events():
    "The source's own events: file and line as evidence names them, the aligned day beside the original one"
    con = duckdb.connect()
    con.execute(
        "create table event as select subject_id, time, code, numeric_value, file_row_number + 1 as line, "
        "split_part(filename, 'mimic_iv_demo/', 2) as file, "
        "cast(time as date) + cast(date_diff('day', max(cast(time as date)) over (partition by subject_id), $1::date) as integer) as day "
        f"from read_parquet('{DELIVERY}/*/data/*/*.parquet', filename = true, file_row_number = true, union_by_name = true)",
        [AS_OF],
    )
    yield con
    con.close()


def test_the_worklist_is_the_reviewed_one(mimic):
    assert latest(mimic.home, "worklist.csv") == WORKLIST.read_bytes()


def test_every_row_of_the_worklist_was_reviewed():
    with WORKLIST.open(encoding="utf-8", newline="") as file:
        patients = [row["patient_id"] for row in csv.DictReader(file)]
    review = REVIEW.read_text(encoding="utf-8").splitlines()
    assert [line.split("|")[1].strip() for line in review if line.startswith("| 100")] == patients


def test_the_account_of_each_file_adds_up(mimic, events):
    rows = dict(events.execute("select file, count(*) from event group by file").fetchall())
    assert {one["file"]: one["rows"] for one in mimic.accounts} == rows
    assert all(adds_up(one) for one in mimic.accounts)


def test_49_b12_results_of_which_6_have_no_number(mimic, events):
    b12_events = "from event where code = 'LAB//51010//pg/mL'"
    assert events.execute(f"select count(*), count(numeric_value) {b12_events}").fetchone() == (
        49,
        43,
    )
    rejected = b12(mimic.home, "rejects", "--reason", "empty_value", "--format", "json").json
    found = {(row["file"], row["line"]) for row in rejected if row["code"] == "2132-9"}
    assert found == set(
        events.execute(f"select file, line {b12_events} and numeric_value is null").fetchall()
    )
    accepted = events.execute(
        "select file, line, cast(patient_id as bigint), collected_on, cast(value as float) "
        f"from read_parquet('{mimic.home}/lake/lab_result/*.parquet') where analyte = 'total_b12'"
    ).fetchall()
    wanted = events.execute(
        f"select file, line, subject_id, day, numeric_value {b12_events} and numeric_value is not null"
    )
    assert sorted(accepted) == sorted(wanted.fetchall())


def test_every_patient_has_one_assessment(mimic, events):
    subjects = events.execute("select distinct cast(subject_id as varchar) from event").fetchall()
    assert set(assessments(mimic.home)) == {subject for (subject,) in subjects}
    assert len(subjects) == 100


def test_those_who_died_are_not_on_the_worklist(mimic, events):
    died = {
        str(subject)
        for (subject,) in events.execute(
            "select subject_id from event where code = 'MEDS_DEATH'"
        ).fetchall()
    }
    found = assessments(mimic.home)
    assert {patient for patient, row in found.items() if row["rule"] == "N01"} == died
    assert not any(found[patient]["priority"] for patient in died)


def test_each_latest_b12_is_the_latest_number_of_the_source(mimic, events):
    last = events.execute(
        "select cast(subject_id as varchar), day, numeric_value, file || ':' || line from event "
        "where code = 'LAB//51010//pg/mL' and numeric_value is not null "
        "qualify row_number() over (partition by subject_id order by time desc) = 1"
    ).fetchall()
    assert {patient for patient, row in assessments(mimic.home).items() if row["b12_on"]} == {
        row[0] for row in last
    }
    for patient, day, value, source in last:
        row = assessments(mimic.home)[patient]
        assert (row["b12_on"], row["b12_value"], row["b12_source"]) == (day, value, source)


@pytest.mark.parametrize("patient", EXPLAINED)
def test_explain_shows_what_the_source_says(mimic, events, patient):
    found = b12(mimic.home, "explain", patient, "--format", "json").json
    assert found["assessment"]["rule"] == assessments(mimic.home)[patient]["rule"]
    events.execute(
        "create or replace temp table mine as from event where subject_id = $1", [int(patient)]
    )
    mine = {(file, line): rest for file, line, *rest in events.execute(
        "select file, line, day::varchar, time::date::varchar, code, numeric_value from mine").fetchall()}  # fmt: skip
    shown = [
        one
        for fact in found["facts"]
        for one in fact["evidence"]
        if one["on_day"] and one["standing"] != "era"
    ]
    assert shown
    for one in shown:
        day, original_day, code, value = mine[one["file"], one["line"]]
        assert (one["on_day"], one["original_day"]) == (day, original_day)
        assert code.startswith("LAB") is (value is not None)
        if value is not None:
            assert one["reported"].split()[0] == str(value)
    results = [one for fact in found["facts"] if fact["fact"] == "b12" for one in fact["evidence"]]
    assert len(results) == sum(
        code == "LAB//51010//pg/mL" and value is not None for *_, code, value in mine.values()
    )
    codes = {code.split("//")[3] for *_, code, _ in mine.values() if code.startswith("DIAGNOSIS")}
    diagnoses = [
        one
        for fact in found["facts"]
        if fact["fact"] in ("neuro", "malabsorption", "renal")
        for one in fact["evidence"]
    ]
    assert all(
        one["what"].split()[1].rstrip(",") in codes
        for one in diagnoses
        if one["what"].startswith("ICD")
    )


def test_explain_as_text_names_file_line_and_original_day(mimic):
    text = b12(mimic.home, "explain", "10020306").out
    assert "ORDER_MMA  priority 4  rule N16  waiting since 2025-07-04" in text
    assert (
        "2025-07-04 (delivered as 2135-01-21)  339.0 pg/mL  MIMIC-IV-DEMO-MEDS/data/train/0.parquet:448279"
    ) in text

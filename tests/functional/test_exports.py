"`b12 worklist` in the forms that other programs read: from the command, on a small demonstration population"

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile

import pyarrow.parquet as pq
import pytest
from fhir.resources.R4B.bundle import Bundle
from openpyxl import load_workbook

from pipeline.core.config import REPOSITORY
from pipeline.protocol import BANDS, first_action, load
from pipeline.screening.counts import RELATIONS
from tests.command import AS_OF, assessments, b12


@pytest.fixture(scope="module")
def home(demonstration):
    return demonstration / "home"


@pytest.fixture(scope="module")
def rows(home):
    return b12(home, "worklist", "--format", "json").json


def test_a_workbook_with_the_worklist_in_its_order(home, rows, tmp_path):
    assert b12(home, "worklist", "--format", "xlsx", "--out", tmp_path / "w.xlsx").code == 0
    sheet = load_workbook(tmp_path / "w.xlsx")["Worklist"]
    heads = [cell.value for cell in sheet[1]]
    places = [heads.index(name) for name in ("Priority", "Patient ID", "Action", "Next step")]
    assert [
        tuple(line[place].value for place in places) for line in sheet.iter_rows(min_row=2)
    ] == [
        (row["priority"], row["patient_id"], first_action(load(), row), row["next_step"])
        for row in rows
    ]
    deciding = [line[heads.index("Result")].value for line in sheet.iter_rows(min_row=2)]
    assert any(found and found.startswith("Active B12 ") for found in deciding)
    assert {cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line} <= {
        "s",
        "n",
        "d",
    }


def test_a_bundle_that_validates(home, rows):
    answer = b12(home, "worklist", "--format", "fhir")
    assert (answer.code, answer.err) == (0, "")
    Bundle.model_validate_json(answer.out)
    tasks = [
        one["resource"] for one in answer.json["entry"] if one["resource"]["resourceType"] == "Task"
    ]
    assert [task["for"]["identifier"]["value"] for task in tasks] == [
        row["patient_id"] for row in rows
    ]
    alerts = [
        one for one in answer.json["entry"] if one["resource"]["resourceType"] == "DetectedIssue"
    ]
    assert len(alerts) == sum(len(row["safety"]) for row in rows)


def test_cohorts_are_those_of_everyone_assessed(home):
    lines = list(csv.DictReader(io.StringIO(b12(home, "worklist", "--format", "omop").out)))
    everyone = [row for row in assessments(home).values() if row["next_step"] != "EXCLUDED"]
    assert (
        len(lines)
        == sum(len(row["cohorts"]) for row in everyone)
        > len({line["person_source_value"] for line in lines})
    )
    assert {line["cohort_end_date"] for line in lines} == {AS_OF}
    assert all(line["cohort_start_date"] <= AS_OF for line in lines)


@pytest.mark.parametrize("form", ["xlsx", "fhir", "omop", "csv", "json"])
def test_only_one_priority(home, form, tmp_path):
    assert (
        b12(home, "worklist", "--format", form, "--priority", 1, "--out", tmp_path / "one").code
        == 0
    )
    assert b12(home, "worklist", "--format", form, "--out", tmp_path / "all").code == 0
    assert 0 < (tmp_path / "one").stat().st_size < (tmp_path / "all").stat().st_size


@pytest.mark.parametrize(
    "name", ["w.csv", "w.json", "w.XLSX", "w.fhir.json", "w.cohort.csv", "w.txt"]
)
def test_the_ending_of_the_file_says_the_form_where_no_other_is_asked_for(home, tmp_path, name):
    form = {
        "w.csv": "csv",
        "w.json": "json",
        "w.XLSX": "xlsx",
        "w.fhir.json": "fhir",
        "w.cohort.csv": "omop",
        "w.txt": "table",
    }[name]
    assert b12(home, "worklist", "--out", tmp_path / name).code == 0
    assert b12(home, "worklist", "--format", form, "--out", tmp_path / "asked").code == 0
    if form == "xlsx":  # holds the second in which it was made
        assert zipfile.is_zipfile(tmp_path / name)
    else:
        assert (tmp_path / name).read_bytes() == (tmp_path / "asked").read_bytes()


def test_the_form_that_is_asked_for_wins_over_the_ending(home, tmp_path):
    assert b12(home, "worklist", "--format", "json", "--out", tmp_path / "w.csv").code == 0
    assert json.loads((tmp_path / "w.csv").read_text(encoding="utf-8"))
    assert b12(home, "worklist", "--format", "table", "--out", tmp_path / "w.json").code == 0
    assert (tmp_path / "w.json").read_text(encoding="utf-8").startswith("priority ")


def test_a_map_takes_its_form_from_the_ending_too(home, tmp_path):
    for name in ("m.csv", "m.json"):
        assert b12(home, "unmapped", "--out", tmp_path / name).code == 0
        asked = b12(home, "unmapped", "--format", name[2:]).out
        assert (tmp_path / name).read_text(encoding="utf-8") == asked


@pytest.mark.parametrize("form", ["csv", "xlsx", "fhir", "omop", "json", "table"])
def test_a_reader_that_goes_away_is_not_an_error(home, form):
    "The pipe is closed before the first byte"
    command = [sys.executable, "-m", "pipeline", "worklist", "--format", form, "--home", home]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY
    ) as one:
        one.stdout.close()
        assert one.stderr.read() == b""
    assert one.returncode == 0


def test_a_workbook_is_nothing_for_what_reads_text(home):
    answer = b12(home, "worklist", "--format", "xlsx")
    assert answer.code == 2 and "--out FILE.xlsx" in answer.err


@pytest.mark.parametrize("form", ["xlsx", "fhir", "omop"])
def test_without_a_run_there_is_nothing_to_export(tmp_path, form):
    answer = b12(tmp_path, "worklist", "--format", form, "--out", tmp_path / "x")
    assert answer.code == 2 and "No run has been published" in answer.err
    assert json.dumps([path.name for path in tmp_path.iterdir()]) == "[]"


def test_the_counts_of_a_run_name_no_patient_and_agree_with_it(home, rows):
    text = (home / "runs" / "latest" / "report.json").read_text(encoding="utf-8")
    report = json.loads(text)
    assert set(report) == {*RELATIONS, "unmapped"}
    assert not [patient for patient in assessments(home) if patient in text]
    assert sum(site["worklist"] for site in report["site_count"]) == len(rows)
    assert sum(site["priority_1"] for site in report["site_count"]) == sum(
        row["priority"] == 1 for row in rows
    )
    assert (
        sum(one["results"] for one in report["lab_b12"])
        == sum(one["results"] for one in report["lab_b12_histogram"])
        > 0
    )
    rejected = b12(home, "rejects", "--format", "json").json
    assert sum(one["rows"] for one in report["rejection"]) == len(rejected) > 0
    order = [(BANDS.index(row["band"]), -row["rows"]) for row in report["unmapped"]]
    assert 0 < len(order) <= 200 and order == sorted(order), "what could matter first"
    total = next(
        one for one in report["testing"] if one["is_total"] and one["risk_group"] == "(everyone)"
    )
    assert total["patients"] == sum(
        row["scope"] == "in_scope" for row in assessments(home).values()
    )


def test_the_site_of_everyone_assessed_is_for_the_owner_alone_and_forgotten_with_the_patient(
    home, tmp_path
):
    own = shutil.copytree(home, tmp_path / "own", symlinks=True)
    path = own / "runs" / "latest" / "patient_site.parquet"
    sites = {row["patient_id"]: row["site"] for row in pq.read_table(path).to_pylist()}
    assert set(sites) == set(assessments(own)) and any(sites.values())
    assert path.stat().st_mode & 0o777 == 0o600
    gone = next(iter(sites))
    assert b12(own, "erase", gone, "--yes").code == 0
    assert gone not in pq.read_table(path)["patient_id"].to_pylist()

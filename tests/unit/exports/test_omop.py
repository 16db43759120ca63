"OMOP COHORT rows: fixed numbers, whole numbers as subjects, everyone else by the source's own id"

import csv
import io
from datetime import date

import pytest

from pipeline import exports
from pipeline.core.errors import UsageError
from pipeline.exports.omop import DEFINITIONS, subject
from tests.clinic import pack
from tests.exported import META, item, row


def cohort(*rows):
    out = io.BytesIO()
    exports.write("omop", rows, out, meta=META)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))


def test_one_line_a_patient_and_cohort():
    assert cohort(row(patient_id="17", cohorts=["borderline_b12", "strict_vegetarian"]), row(patient_id="ann", cohorts=[])) == [
        {"cohort_definition_id": "1202", "subject_id": "17", "cohort_start_date": "2026-01-05", "cohort_end_date": "2026-01-31",
         "person_source_value": "17"},
        {"cohort_definition_id": "1208", "subject_id": "17", "cohort_start_date": "2026-01-31", "cohort_end_date": "2026-01-31",
         "person_source_value": "17"},
    ]  # fmt: skip


def test_a_cohort_begins_with_its_evidence():
    [line] = cohort(row(cohorts=["metformin_long_term"], metformin_since=date(2025, 3, 1)))
    assert (line["cohort_start_date"], line["subject_id"], line["person_source_value"]) == (
        "2025-03-01",
        "",
        "ann",
    )


@pytest.mark.parametrize(
    ("patient_id", "number"),
    [("17", 17), ("0", 0), ("017", None), ("-1", None), ("1.0", None), ("ann", None), ("٣", None), (str(2**63), None), (str(2**63 - 1), 2**63 - 1),
     ("9" * 30, None), ("", None)],
)  # fmt: skip
def test_a_subject_is_a_whole_number_that_says_the_same(patient_id, number):
    assert subject(patient_id) == number


def test_no_patient_who_is_excluded():
    assert cohort(row(next_step="EXCLUDED"), item(status="excluded"), item(status="merged")) == []


def test_an_id_that_a_spreadsheet_would_run():
    assert cohort(row(patient_id="=1+1"))[0]["person_source_value"] == "'=1+1"


def test_every_cohort_of_the_protocol_has_its_number():
    assert {one["id"] for one in pack().raw["cohorts"]} == set(DEFINITIONS)
    assert sorted(DEFINITIONS.values()) == list(range(1201, 1210))


def test_a_cohort_without_a_number_is_refused():
    with pytest.raises(UsageError, match="cohort new_one"):
        cohort(row(cohorts=["new_one"]))

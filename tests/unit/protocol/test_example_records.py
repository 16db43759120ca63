"The records of an example, each said in a few words"

from datetime import date

import pytest

from pipeline.protocol.concepts import common_concepts
from pipeline.protocol.example_records import entity_of, record_problems, rows_of_records

DAY = date(2026, 1, 31)


def rows(*records):
    return rows_of_records([*records], DAY)


def test_a_person_is_one_row_of_what_is_said():
    assert rows("born 1960", "female", "died 2025-12-01", "opted out") == {
        "patient": [
            {
                "birth_date": "1960",
                "sex": "female",
                "deceased_on": "2025-12-01",
                "opted_out": "true",
            }
        ]
    }
    assert rows("deleted") == {"patient": [{"status": "deleted"}]}
    assert "patient" not in rows("metformin"), "nothing is filled in, not even an age"


def test_a_test_has_a_value_a_unit_and_the_code_of_its_unit():
    [mass] = rows("total_b12 120")["lab_result"]
    [moles] = rows("total_b12 <200 pmol/L on 2025-12-30")["lab_result"]
    assert (mass["value"], mass["unit"], mass["code"], mass["collected_at"]) == (
        "120", "pg/mL", "2132-9", "2026-01-03",
    )  # fmt: skip
    assert (moles["value"], moles["unit"], moles["code"], moles["collected_at"]) == (
        "<200", "pmol/L", "14685-2", "2025-12-30",
    )  # fmt: skip


def test_a_test_says_where_how_and_between_which_limits():
    [row] = rows("mma 400 limits 70-270 at Example Lab North by Method B")["lab_result"]
    assert (row["performing_lab"], row["method"]) == ("Example Lab North", "Method B")
    assert (row["reference_low"], row["reference_high"]) == ("70", "270")
    [row] = rows("total_b12 400 limits -900")["lab_result"]
    assert (row.get("reference_low"), row["reference_high"]) == (None, "900")


def test_a_drug_without_an_end_is_still_taken():
    [row] = rows("metformin")["medication"]
    assert (row["start_on"], row["end_on"], row["status"]) == ("2021-02-01", "2026-02-28", "active")
    [row] = rows("metformin since 2020-01 to 2024-01-01 route oral")["medication"]
    assert (row["start_on"], row["end_on"], row["route"]) == ("2020-01", "2024-01-01", "oral")
    assert "status" not in row


def test_a_diagnosis_and_an_operation_have_a_day_and_a_status():
    found = rows("glossitis status entered-in-error", "gastrectomy_total since 2019")
    assert found["condition"][0]["onset_on"] == "2025-12-06"
    assert found["condition"][0]["status"] == "entered-in-error"
    assert found["procedure"][0]["performed_on"] == "2019"
    assert rows("coeliac to 2025-01-01")["condition"][0]["abated_on"] == "2025-01-01"


def test_vitamin_b12_alone_is_of_an_unknown_form_and_cyanocobalamin_is_not():
    assert [row["code"] for row in rows("b12_form_unknown", "b12_cyanocobalamin")["medication"]] == [
        "11248", "B03BA01",
    ]  # fmt: skip


def test_every_concept_with_a_code_of_its_own_is_a_record():
    nameless = {name for name, row in common_concepts().items() if row.fact not in ("lab", "trap") and not entity_of(name)}  # fmt: skip
    assert nameless == {"methotrexate"}, "it is recognised by its name: draw it as a table"


@pytest.mark.parametrize(
    ("records", "where", "what"),
    [
        ("born 1960", None, "records is not a list"),
        ([], None, "records is not a list"),
        (["born soon"], 0, "born soon: the date is written as 2026-01-31"),
        (["born 1960", "total_b12"], 1, "total_b12: a value is needed behind total_b12"),
        (["total_b12 120 pg/mL now"], 0, "120 pg/mL now is not a value and a unit"),
        (["total_b12 120 on Monday"], 0, "the date is written as"),
        (["total_b12 120 route oral"], 0, "route is not said of it; known are on, at, by, limits"),
        (["mma 400 limits 70"], 0, "limits are written as 70-270"),
        (["metformin 500"], 0, "500 is not understood"),
        (["nothing"], 0, "nothing is neither a test of analytes.csv nor a concept"),
        (["methotrexate"], 0, "methotrexate is neither a test"),
        (["b12_total_mass 120"], 0, "b12_total_mass is neither a test"),
        ([None], 0, "None is neither a test"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_record_is_told_with_its_place(records, where, what):
    [(place, message)] = record_problems(records)
    assert place == where
    assert what in message

"What a fact of results or persons answers where nobody can know: unknown is not no."

from tests.clinic import insert, shows
from tests.unit.protocol.declared import own_clinic

ENDS = {"otherwise": "no", "not_loaded": "unknown"}


def test_an_age_or_a_sex_that_is_not_known_and_a_birth_year_with_days_on_both_sides():
    con = own_clinic(
        "2026-01-31",
        old={"answers": [{"answer": "yes", "age_from": 75}], **ENDS},
        young={"answers": [{"answer": "yes", "age_below": 75}], **ENDS},
        girl={"answers": [{"answer": "yes", "age_below": 18, "sex": ["female"]}], **ENDS},
        off={
            "answers": [{"answer": "yes", "age_from": 75, "only_if": "headache_days"}], **ENDS
        },
    )  # fmt: skip
    con.execute("update protocol.fact_line set is_used = false where fact = 'off'")
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | sex
        ann        | 1940-01-01 |                 | female
        bob        | 1951-01-01 | 1951-12-31      | male
        cid        | 1951-01-31 |                 | unknown
        dan        |            |                 | male
        eve        | 2010-01-01 |                 | unknown
        fay        |            |                 | female
    """)  # fmt: skip
    insert(con, "lake.lab_result", [{"patient_id": "gus", "analyte": "total_b12", "value": "300"}])
    shows(con, "clinical.unknown_answer", """
        patient_id | fact  | answer
        bob        | old   | unknown
        bob        | young | unknown
        dan        | old   | unknown
        dan        | young | unknown
        eve        | girl  | unknown
        fay        | old   | unknown
        fay        | young | unknown
        fay        | girl  | unknown
        gus        | old   | unknown
        gus        | young | unknown
        gus        | girl  | unknown
    """)  # fmt: skip


def test_results_that_no_source_of_the_patient_ever_delivered():
    con = own_clinic(
        "2026-01-31", loaded="patient",
        raised={"answers": [{"answer": "yes", "lab": "mma", "words": ["raised"]}], **ENDS},
        sore={"answers": [{"answer": "yes", "coded": ["glossitis"]}], **ENDS},
    )  # fmt: skip
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1940-01-01")
    shows(con, "clinical.unknown_answer", """
        patient_id | fact   | answer
        ann        | raised | unknown
    """)  # fmt: skip


def test_a_pack_without_such_lines_has_none():
    con = own_clinic("2026-01-31", loaded="patient")
    insert(con, "lake.patient", "patient_id | birth_on\nann |")
    shows(con, "clinical.unknown_answer", "patient_id | fact | answer\n")

"One row for every patient, with the decisions, the facts, their evidence, and since when it waits."

import pytest

from tests.clinic import build, clinic, holds, insert, select

COLUMNS = (
    "patient_id, as_of, priority, next_step, rule, reason, cites, safety, cause, monitoring, flags, cohorts, waiting_since, scope, b12, "
    "b12_value, b12_unit, b12_reported, b12_on, b12_source, neuro_300, active_b12, active_b12_value, active_b12_on, mma, mma_value, "
    "mma_reported, mma_on, neuro, neuro_on, malabsorption, resection_length, metformin, metformin_since, acid_suppressant, "
    "acid_suppressant_since, diet, renal, egfr_value, b12_therapy, therapy_start_on, cyanocobalamin, folic_acid, pregnancy, "
    "homocysteine, homocysteine_value, tested, cause_tests, deficiency_before, deficient, at_risk, treated, loading, b12_500, symptom_to_test, absorption_lost, evidence"
).split(", ")


def test_every_patient_has_one_row_with_a_reason_and_the_columns_are_those_of_the_interface():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | deceased_on | is_opted_out | merged_into
        ann        | 1950-01-01 |             | no           |
        bob        | 1950-01-01 | 2020-01-01  | no           |
        cid        | 2015-01-01 |             | no           |
        dan        |            |             | yes          |
        old        |            |             | no           | ann
    """)  # fmt: skip
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nold | total_b12 | 150 | 2026-01-05\neve | mcv | 90 | 2026-01-05",
    )
    build(con)
    rows = select(con, "screening.assessment", order="patient_id")
    assert list(rows[0]) == COLUMNS
    assert [(row["patient_id"], row["rule"]) for row in rows] == [
        ("ann", "N08"), ("bob", "N01"), ("cid", "N04"), ("dan", "N01"), ("eve", "N28"),
    ]  # fmt: skip
    assert all(row["reason"] for row in rows)
    assert {(type(row["safety"]), type(row["flags"]), type(row["cohorts"])) for row in rows} == {
        (list, list, list)
    }


def test_the_reported_value_and_unit_stay_with_the_converted_one():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value   | value_reported | unit_reported | collected_on | file    | line
        ann        | total_b12 | 149.090 | 110            | pmol/L        | 2026-01-05   | lab.csv | 7
        ann        | mma       | 300     | 0.3            | umol/L        | 2026-01-06   | lab.csv | 8
    """)  # fmt: skip
    build(con)
    holds(con, "screening.assessment", """
        patient_id | b12_value | b12_unit | b12_reported | b12_on     | b12_source | mma_value | mma_reported | mma_on
        ann        | 149.09    | pg/mL    | 110 pmol/L   | 2026-01-05 | lab.csv:7  | 300       | 0.3 umol/L   | 2026-01-06
    """)  # fmt: skip


def test_flags_of_the_words_come_before_those_of_the_evidence():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-05\nann | total_b12 | 250 | 2026-01-05",
    )
    insert(
        con,
        "lake.medication",
        "patient_id | concepts | start_on | matched_by\nann | metformin | 2025-01-01 | name",
    )
    build(con)
    holds(con, "screening.assessment", """
        patient_id | flags
        ann        | AGE_UNKNOWN, PATIENT_NOT_LOADED, CONFLICTING_RESULTS, END_ASSUMED, BY_NAME
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 150 | 2020-01-05\ntotal_b12 | 160 | 2025-01-05"}, "2025-01-05"),
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 250 | 2025-12-05\nmma | 300 | 2026-01-05"}, "2025-12-05"),
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 150 | 2026-01-05\nhomocysteine | 15 | 2025-01-05"}, "2026-01-05"),
        ({"lab_result": "analyte | value | collected_on\nmma | 300 | 2025-11-05"}, "2025-11-05"),
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 250 | 2026-01-05\nmma | 300 | 2025-11-05"}, "2025-11-05"),
        ({"lab_result": "analyte | value | collected_on\nactive_b12 | 20 | 2025-10-05"}, "2025-10-05"),
        ({"medication": "concepts | start_on\nmetformin | 2025-02-03"}, "2025-02-03"),
        ({"medication": "concepts | start_on\nppi | 2024-02-03\nmetformin | 2025-12-03"}, "2024-02-03"),
        ({"condition": "concepts | onset_on\nneuro_ataxia_gait | 2021-03-04"}, "2021-03-04"),
        ({"condition": "concepts | onset_on\npernicious_anaemia | 2021-03-04"}, "2021-03-04"),
        ({"condition": "concepts | onset_on\nvegan_diet | 2021-03-04"}, "2021-03-04"),
        ({"medication": "concepts | start_on | route\nb12_cyanocobalamin | 2025-06-01 | oral"}, "2025-11-01"),
        ({"medication": "concepts | start_on | route\nb12_cyanocobalamin | 2025-06-01 | oral",
          "condition": "concepts | onset_on\ncoeliac | 2015-01-01"}, "2015-01-01"),
        ({"medication": "concepts | start_on | route\nb12_cyanocobalamin | 2025-06-01 | injection",
          "condition": "concepts | onset_on\ncoeliac | 2015-01-01"}, "2025-11-01"),
        ({"medication": "concepts | start_on | end_on | status | route\nb12_cyanocobalamin | 2024-06-01 | 2025-02-03 | ended | oral",
          "lab_result": "analyte | value | collected_on\ntotal_b12 | 500 | 2024-12-05"}, "2025-02-03"),
        ({"medication": "concepts | start_on | end_on | status | route\nb12_cyanocobalamin | 2024-06-01 | 2025-02-03 | ended | oral",
          "lab_result": "analyte | value | collected_on\ntotal_b12 | 120 | 2015-12-05"}, "2025-02-03"),
        ({"medication": "concepts | start_on | end_on | status | route\nb12_cyanocobalamin | 2024-06-01 | 2025-02-03 | ended | oral",
          "condition": "concepts | onset_on\ncoeliac | 2015-01-01"}, "2025-02-03"),
        ({"medication": "concepts | start_on\nmetformin | 2015-02-03",
          "lab_result": "analyte | value | collected_on\ntotal_b12 | 500 | 2024-12-05"}, "2025-12-05"),
        ({"medication": "concepts | start_on\nmetformin | 2025-02-03",
          "lab_result": "analyte | value | collected_on\ntotal_b12 | 500 | 2023-12-05"}, "2025-02-03"),
        ({"condition": "concepts | onset_on\nneuro_ataxia_gait | 2021-03-04",
          "lab_result": "analyte | value | collected_on\ntotal_b12 | 500 | 2020-12-05"}, "2021-03-04"),
        # a supply that reaches beyond the as-of date is no day to wait since
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 250 | 2025-10-23",
          "condition": "concepts | onset_on\nneuro_ataxia_gait | 2021-03-04",
          "medication": "concepts | start_on | days_supply | route\nb12_cyanocobalamin | 2025-04-06 | 400 | oral"}, "2025-10-23"),
        # what shows the deficiency, not a value that is merely allowed beside it
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 600 | 2024-12-27\nactive_b12 | 20 | 2026-01-26"}, "2026-01-26"),
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 150 | 2015-01-01\nmma | 1500 | 2026-01-11",
          "condition": "concepts | onset_on\nneuro_ataxia_gait | 2021-03-04",
          "medication": "concepts | start_on | end_on | status | route\nb12_cyanocobalamin | 2015-06-01 | 2017-01-03 | ended | oral"}, "2026-01-11"),
        # a new sign on therapy
        ({"condition": "concepts | onset_on\nneuro_ataxia_gait | 2015-01-01\nneuro_paraesthesia_sensory | 2025-12-01\ncoeliac | 2010-01-01",
          "medication": "concepts | start_on | route\nb12_cyanocobalamin | 2025-08-15 | injection",
          "lab_result": "analyte | value | collected_on\nmma | 100 | 2025-11-20\nhomocysteine | 5 | 2025-11-20\ntotal_b12 | 500 | 2025-11-20"},
         "2025-12-01"),
        ({"condition": "concepts | onset_on\nb12_deficiency | 2021-03-04"}, "2021-03-04"),
        ({"condition": "concepts | onset_on\nglossitis | 2021-03-04"}, None),
        ({"lab_result": "analyte | value | collected_on\ntotal_b12 | 150 | 2026-01-05",
          "condition": "concepts | onset_on\nheadache_tierB_primary | 2025-12-24"}, "2026-01-05"),
    ],
)  # fmt: skip
def test_waiting_since_the_oldest_result_that_decides_else_the_era_or_the_onset(rows, expected):
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    for entity, table in rows.items():
        head, *body = table.splitlines()
        insert(
            con,
            f"lake.{entity}",
            "\n".join([f"patient_id | {head}", *(f"ann | {row}" for row in body)]),
        )
    build(con)
    holds(con, "screening.assessment", f"patient_id | waiting_since\nann | {expected or ''}")


def test_a_treatment_that_rests_on_an_old_value_says_to_repeat_the_test_first():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2025-01-31
        bob        | total_b12 | 150   | 2025-01-30
        cid        | total_b12 | 250   | 2025-01-30
    """)  # fmt: skip
    build(con)
    says = {row["patient_id"]: row["evidence"] for row in select(con, "screening.assessment")}
    assert [patient for patient, evidence in says.items() if "repeat first" in evidence] == ["bob"]
    assert all(row["waiting_since"] <= row["as_of"] for row in select(con, "screening.worklist"))
    assert all(evidence.startswith("B12 ") for evidence in says.values())

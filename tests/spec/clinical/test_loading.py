"Whether the loading course of injections was given. Protocol §2, loading."

import pytest

from tests.clinic import clinic, insert, shows

LOW = """
    patient_id | analyte   | value | collected_on
    ann        | total_b12 | 150   | 2025-11-25
"""


def given(*days, concepts="b12_injection_claim"):
    rows = [f"ann | {concepts} | {day}" for day in days]
    return "\n".join(["patient_id | concepts | performed_on", *rows])


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2025-12-01"], "1 | yes"),
        (["2025-12-01", "2025-12-03", "2025-12-05", "2025-12-28"], "4 | yes"),
        (["2025-12-01", "2025-12-03", "2025-12-05", "2025-12-28", "2025-12-28"], "4 | yes"),
        (["2025-12-01", "2025-12-03", "2025-12-05", "2025-12-08", "2025-12-28"], "5 | no"),
        (["2025-12-01", "2025-12-03", "2025-12-05", "2025-12-08", "2025-12-29"], "4 | yes"),
        (["2026-01-10"], "1 | yes"),
        (["2026-01-11"], "1 | no"),
    ],
)
def test_fewer_than_5_days_with_an_injection_in_28_from_21_days_on(days, expected):
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", LOW)
    insert(con, "lake.procedure", given(*days))
    shows(con, "clinical.loading", f"patient_id | injection_days | is_incomplete\nann | {expected}")


@pytest.mark.parametrize(("first", "expected"), [("2025-01-31", "yes"), ("2025-01-30", "no")])
def test_up_to_12_months_ago(first, expected):
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", LOW)
    insert(
        con, "lake.procedure", given(first, "2025-04-15", "2025-07-01", "2025-09-15", "2025-12-01")
    )
    shows(con, "clinical.loading", f"patient_id | is_incomplete\nann | {expected}")


@pytest.mark.parametrize(
    ("analyte", "value", "collected_on", "expected"),
    [
        ("total_b12", "203", "2025-09-02", "yes"), ("total_b12", "203", "2025-09-01", "no"), ("total_b12", "204", "2025-11-25", "no"),
        ("total_b12", "150", "2026-01-20", "yes"), ("active_b12", "24", "2025-11-25", "yes"), ("active_b12", "25", "2025-11-25", "no"),
        ("mma", "900", "2025-11-25", "no"),
    ],
)  # fmt: skip
def test_a_low_value_within_90_days_before_the_first_injection_or_since(
    analyte, value, collected_on, expected
):
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", [
        {"patient_id": "ann", "analyte": analyte, "value": value, "collected_on": collected_on}
    ])  # fmt: skip
    insert(con, "lake.procedure", given("2025-12-01"))
    shows(con, "clinical.loading", f"patient_id | is_incomplete\nann | {expected}")


@pytest.mark.parametrize(
    "rows",
    [
        "b12_hydroxocobalamin | 2025-12-01 |            |   | administered | injection",
        "b12_hydroxocobalamin | 2025-12-01 | 2025-12-01 |   | ended        | injection",
        "b12_hydroxocobalamin | 2025-12-01 |            |   | ended        | injection",
        "b12_hydroxocobalamin | 2025-12-01 | 2025-12-02 |   | ended        | injection",
        "b12_hydroxocobalamin | 2025-12-01 |            | 1 | ended        | injection",
    ],
)
def test_a_record_that_ends_within_a_day_is_a_single_injection(rows):
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", LOW)
    insert(
        con,
        "lake.medication",
        f"patient_id | concepts | start_on | end_on | days_supply | status | route\nann | {rows}",
    )
    shows(con, "clinical.loading", "patient_id | injection_days | is_incomplete\nann | 1 | yes")


@pytest.mark.parametrize(
    "rows",
    [
        "b12_hydroxocobalamin | 2025-12-01 | 2025-12-03 | ended  | injection",
        "b12_hydroxocobalamin | 2025-12-01 |            | active | injection",
        "b12_hydroxocobalamin | 2025-12-01 | 2026-12-01 | active | oral",
        "b12_hydroxocobalamin | 2025-11-20 | 2026-12-01 | active | oral\nann | b12_hydroxocobalamin | 2025-12-01 | 2025-12-01 | ended | injection",
        "b12_hydroxocobalamin | 2025-12-01 | 2025-12-01 | ended  | injection\nann | b12_hydroxocobalamin | 2025-12-05 | | active | injection",
    ],
)
def test_of_a_course_the_number_of_injections_is_not_known(rows):
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", LOW)
    insert(
        con,
        "lake.medication",
        f"patient_id | concepts | start_on | end_on | status | route\nann | {rows}",
    )
    shows(con, "clinical.loading", "patient_id | is_incomplete")

"Since when a row waits; tests/spec/screening/test_assessment.py has the cases."

from tests.clinic import clinic, insert, shows


def test_the_oldest_result_that_decides_is_kept_beside_what_the_row_waits_for():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2024-01-05
        bob        | folate    | 5     | 2024-01-05
    """)  # fmt: skip
    insert(con, "lake.medication", "patient_id | concepts | start_on\nbob | metformin | 2025-01-05")
    shows(con, "screening.waiting_since", """
        patient_id | result_on  | waiting_since
        ann        | 2024-01-05 | 2024-01-05
        bob        |            | 2025-01-05
    """)  # fmt: skip

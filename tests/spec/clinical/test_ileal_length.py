"The recorded length of an ileal resection. Protocol §2."

from tests.clinic import clinic, insert, shows


def test_the_length_recorded_last_and_of_a_day_the_longest():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts               | onset_on   | length_cm
        ann        | ileal_resection_length | 2020-01-01 | 45
        ann        | ileal_resection_length | 2021-01-01 | 20
        bob        | ileal_resection_length | 2020-01-01 | 20
        bob        | ileal_resection_length | 2020-01-01 | 20.1
        cid        | ileal_resection_length | 2020-01-01 |
        dan        | ileal_resection        | 2020-01-01 |
    """)  # fmt: skip
    shows(con, "clinical.ileal_length", """
        patient_id | measured_on | length_cm | began_on   | is_short
        ann        | 2021-01-01  | 20        | 2020-01-01 | yes
        bob        | 2020-01-01  | 20.1      | 2020-01-01 | no
    """)  # fmt: skip

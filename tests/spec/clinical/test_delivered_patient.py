"clinical.delivered_patient: the rows of patients, under the id that survives merges"

from tests.clinic import clinic, insert, shows


def test_a_row_stands_under_the_surviving_id_and_keeps_the_delivered_one():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into | site
        old        | new         | North
        new        |             | South
    """)  # fmt: skip
    shows(con, "clinical.delivered_patient", """
        patient_id | delivered_id | site
        new        | old          | North
        new        | new          | South
    """)  # fmt: skip


def test_known_when_it_was_recorded_else_when_its_file_came():
    con = clinic()
    insert(con, "lake.delivery", "sha256 | received_at\none | 2026-01-03")
    insert(con, "lake.patient", """
        patient_id | recorded_at | sha256
        ann        | 2026-01-01  | one
        bob        |             | one
        cid        |             | other
    """)  # fmt: skip
    shows(con, "clinical.delivered_patient", """
        patient_id | known_at
        ann        | 2026-01-01
        bob        | 2026-01-03
        cid        |
    """)  # fmt: skip


def test_latest_days_and_a_death_with_a_date_alone():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | deceased_on | deceased_latest_on | is_deceased
        ann        | 1960-03-01 |                 | 2025-05-05  |                    |
        bob        | 1960-01-01 | 1960-12-31      | 2025-01-01  | 2025-12-31         | no
        cid        |            |                 |             |                    |
    """)  # fmt: skip
    shows(con, "clinical.delivered_patient", """
        patient_id | birth_latest_on | deceased_latest_on | is_deceased
        ann        | 1960-03-01      | 2025-05-05         | yes
        bob        | 1960-12-31      | 2025-12-31         | no
        cid        |                 |                    |
    """)  # fmt: skip

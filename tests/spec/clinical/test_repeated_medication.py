"clinical.repeated_medication: the versions of a medication record, the last one first"

from tests.clinic import clinic, insert, shows


def test_an_id_that_is_not_repeated_has_no_versions_and_a_retraction_is_of_every_code():
    con = clinic()
    insert(con, "lake.medication", """
        patient_id | medication_id | concepts  | code | name | status    | start_on   | recorded_at | source
        ann        | m1            | metformin | 1    |      | active    | 2025-01-01 | 2025-01-01  | ehr
        ann        | m1            | metformin | 1    |      | ended     | 2025-01-01 | 2025-06-01  | ehr
        ann        | m2            | ppi       | 2    |      | active    | 2025-01-01 | 2025-01-01  | ehr
        ann        | m2            | metformin | 1    |      | active    | 2025-01-01 | 2025-01-01  | ehr
        ann        | m2            |           | ""   |      | retracted |            | 2025-06-01  | ehr
        bob        | m1            | metformin | 1    |      | active    | 2025-01-01 | 2025-01-01  | ehr
        bob        |               | metformin | 1    |      | active    | 2025-01-01 | 2025-01-01  | ehr
        bob        |               | metformin | 1    |      | active    | 2025-01-01 | 2025-01-01  | ehr
    """)  # fmt: skip
    con.execute("update lake.medication set code = null where code = ''")
    shows(con, "clinical.repeated_medication", """
        patient_id | medication_id | named | status    | rank
        ann        | m1            | 1     | ended     | 1
        ann        | m1            | 1     | active    | 2
        ann        | m2            | 1     | retracted | 1
        ann        | m2            | 1     | active    | 2
        ann        | m2            | 2     | retracted | 1
        ann        | m2            | 2     | active    | 2
    """)  # fmt: skip

"Medication records that count, each in its last version. Protocol §2, Medication eras."

from tests.clinic import clinic, insert, shows


def test_what_does_not_count():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | status       | medication_id
        ann        | metformin | 2025-06-01 | not_counted  |
        bob        | metformin | 2025-06-01 | retracted    |
        cid        | metformin | 2026-02-01 | active       |
        dan        | metformin | 2025-06-01 | active       | m1
        dan        | metformin |            | retracted    | m1
        eve        | metformin | 2025-06-01 | active       | m1
        eve        | metformin | 2025-06-01 | not_counted  | m1
        fay        | metformin | 2026-01-31 | active       |
        gus        | metformin | 2025-06-01 | administered |
    """)  # fmt: skip
    insert(con, "lake.procedure", """
        patient_id | procedure_id | concepts            | performed_on | status
        hal        |              | b12_injection_claim | 2025-06-01   | not_counted
        ida        |              | b12_injection_claim | 2026-02-01   | counted
        jon        | p1           | b12_injection_claim | 2025-06-01   | counted
        jon        | p1           | b12_injection_claim |              | retracted
    """)  # fmt: skip
    shows(
        con,
        "clinical.counted_medication",
        "patient_id | start_on\nfay | 2026-01-31\ngus | 2025-06-01",
    )


def test_of_the_versions_of_one_record_the_one_that_ended():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on     | status | medication_id
        ann        | metformin | 2025-06-01 |            | active | m1
        ann        | metformin | 2025-06-01 | 2025-07-01 | ended  | m1
        ann        | metformin | 2025-10-01 |            | active | m2
    """)  # fmt: skip
    shows(con, "clinical.counted_medication", """
        patient_id | start_on   | end_on
        ann        | 2025-06-01 | 2025-07-01
        ann        | 2025-10-01 |
    """)  # fmt: skip


def test_the_version_recorded_last_counts_and_a_deletion_takes_the_record_of_its_id():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | medication_id | concepts  | start_on   | end_on     | status    | recorded_at
        resumed    | m1            | metformin | 2025-01-01 | 2025-06-01 | ended     | 2025-06-01
        resumed    | m1            | metformin | 2025-01-01 |            | active    | 2025-09-01
        stopped    | m1            | metformin | 2025-01-01 |            | active    | 2025-06-01
        stopped    | m1            | metformin | 2025-01-01 | 2025-09-01 | ended     | 2025-09-01
        undated    | m1            | metformin | 2025-01-01 |            | active    | 2025-06-01
        undated    | m1            |           |            |            | retracted |
        deleted    | m2            | metformin | 2025-01-01 |            | active    |
                   | m2            |           |            |            | retracted |
    """)  # fmt: skip
    shows(con, "clinical.counted_medication", """
        patient_id | end_on
        resumed    |
        stopped    | 2025-09-01
    """)  # fmt: skip


def test_an_injection_of_b12_claimed_as_a_procedure_is_one_that_was_given():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\nann | b12_injection_claim | 2025-06-01",
    )
    shows(con, "clinical.counted_medication", """
        patient_id | concepts            | start_on   | status       | route
        ann        | b12_injection_claim | 2025-06-01 | administered | injection
    """)  # fmt: skip


def test_a_medication_id_names_a_record_of_one_code_and_a_retraction_without_a_code_is_of_all():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | medication_id | concepts   | start_on   | status    | recorded_at
        order      | o1            | metformin  | 2025-06-01 | active    | 2025-06-01
        order      | o1            | folic_acid | 2025-06-01 | active    | 2025-06-02
        one        | o2            | metformin  | 2025-06-01 | active    |
        one        | o2            | folic_acid | 2025-06-01 | active    |
        one        | o2            | folic_acid |            | retracted |
        all        | o3            | metformin  | 2025-06-01 | active    |
        all        | o3            | folic_acid | 2025-06-01 | active    |
        all        | o3            |            |            | retracted |
        again      | o4            | metformin  | 2025-06-01 | active    | 2025-06-03
        again      | o4            |            |            | retracted | 2025-06-02
    """)  # fmt: skip
    shows(con, "clinical.counted_medication", """
        patient_id | concepts
        order      | metformin
        order      | folic_acid
        one        | metformin
        again      | metformin
    """)  # fmt: skip

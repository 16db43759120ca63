"Patient ids that were merged into another, and the id that survives."

from tests.clinic import clinic, insert, shows


def test_a_chain_ends_at_the_id_that_was_merged_into_none():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into
        a          | b
        b          | c
        c          | d
        d          |
        e          | e
        f          |
        g          | never_seen
    """)  # fmt: skip
    shows(con, "clinical.merged_patient", """
        patient_id | surviving_id
        a          | d
        b          | d
        c          | d
        g          | never_seen
    """)  # fmt: skip


def test_a_circle_stays_as_it_is():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into
        a          | b
        b          | c
        c          | a
        d          | a
        x          | y
        y          | x
    """)  # fmt: skip
    shows(con, "clinical.merged_patient", "patient_id | surviving_id")


def test_an_id_merged_into_two_goes_to_one_in_any_order():
    for rows in (("b", "c"), ("c", "b")):
        con = clinic()
        insert(con, "lake.patient", [{"patient_id": "a", "merged_into": into} for into in rows])
        shows(con, "clinical.merged_patient", "patient_id | surviving_id\na | c")


def test_of_one_source_the_last_word_counts_so_that_a_merge_can_be_taken_back():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at | source
        taken_back | other       | 2026-01-01 | ehr
        taken_back | taken_back  | 2026-01-05 | ehr
        merged     | merged      | 2026-01-01 | ehr
        merged     | other       | 2026-01-05 | ehr
        again      | other       | 2026-01-05 | ehr
        again      | again       | 2026-01-05 | ehr
        unsaid     | other       | 2026-01-01 | ehr
        unsaid     |             | 2026-01-05 | ehr
        two        | two         | 2026-01-05 | ehr
        two        | other       | 2026-01-01 | lab
    """)  # fmt: skip
    shows(con, "clinical.merged_patient", """
        patient_id | surviving_id
        merged     | other
        again      | other
        unsaid     | other
        two        | other
    """)  # fmt: skip


def test_of_merges_in_a_circle_the_one_said_first_is_dropped():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at
        a          | b           | 2026-01-01
        b          | a           | 2026-01-05
        x          | y           | 2026-01-03
        y          | z           | 2026-01-02
        z          | x           | 2026-01-04
        w          | y           | 2026-01-01
    """)  # fmt: skip
    shows(con, "clinical.merged_patient", """
        patient_id | surviving_id
        b          | a
        x          | y
        z          | y
        w          | y
    """)  # fmt: skip


def test_of_contradicting_merges_of_two_sources_the_one_recorded_last_counts():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at | source
        a          | c           | 2026-01-01  | ehr
        a          | b           | 2026-01-05  | lab
    """)  # fmt: skip
    shows(con, "clinical.merged_patient", "patient_id | surviving_id\na | b")

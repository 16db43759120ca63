"clinical.said_merge: the merges that count, before chains and circles are followed. Protocol §1, Who."

from tests.clinic import clinic, insert, shows


def test_an_id_merged_into_two_goes_to_one_in_any_order():
    for rows in (("b", "c"), ("c", "b")):
        con = clinic()
        insert(con, "lake.patient", [{"patient_id": "a", "merged_into": into} for into in rows])
        shows(con, "clinical.said_merge", "patient_id | merged_into\na | c")


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
    shows(con, "clinical.said_merge", """
        patient_id | merged_into
        merged     | other
        again      | other
        unsaid     | other
        two        | other
    """)  # fmt: skip


def test_of_contradicting_merges_of_two_sources_the_one_recorded_last_counts():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at | source
        a          | c           | 2026-01-01  | ehr
        a          | b           | 2026-01-05  | lab
    """)  # fmt: skip
    shows(con, "clinical.said_merge", "patient_id | merged_into\na | b")


def test_a_merge_was_said_when_it_was_recorded_else_when_its_file_came():
    con = clinic()
    insert(con, "lake.delivery", """
        sha256 | received_at
        one    | 2026-01-03
        two    | 2026-01-04
    """)  # fmt: skip
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at | sha256
        a          | b           | 2026-01-01  | one
        c          | d           |             | two
        e          | f           |             | gone
        g          | h           |             | one
        g          | g           |             | two
    """)  # fmt: skip
    shows(con, "clinical.said_merge", """
        patient_id | merged_into | said_at
        a          | b           | 2026-01-01
        c          | d           | 2026-01-04
        e          | f           |
    """)  # fmt: skip

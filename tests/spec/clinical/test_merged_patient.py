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

"Patient ids whose merges lead in a circle: flagged, and left as they are."

from tests.clinic import clinic, insert, shows


def test_the_members_of_a_circle_without_times_and_those_merged_into_it():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at
        a          | b           |
        b          | a           |
        c          | a           |
        d          | e           | 2026-01-01
        e          | d           | 2026-01-05
        f          | g           |
        h          | h           |
    """)  # fmt: skip
    shows(con, "clinical.merge_circle", "patient_id\na\nb\nc")

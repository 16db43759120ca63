"explaining.explained_id: every ID under which the rows of a patient were delivered"

from tests.clinic import clinic, insert, shows


def test_merged_ids_belong_to_the_patient_who_survives():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | merged_into
        ann        | 1950-01-01 | ann
        old        |            | ann
        older      |            | old
        bob        | 1950-01-01 |
    """)  # fmt: skip
    shows(con, "explaining.explained_id", """
        surviving_id | patient_id
        ann          | ann
        ann          | old
        ann          | older
        bob          | bob
    """)  # fmt: skip

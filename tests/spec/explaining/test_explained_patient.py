"explaining.explained_patient: whom a page or a command explains"

from tests.clinic import clinic, insert, shows


def test_everyone_who_was_read_and_each_once_under_the_id_that_survives():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | merged_into
        ann        | 1950-01-01 |
        old        |            | ann
    """)  # fmt: skip
    insert(con, "lake.lab_result", "patient_id | analyte | value\nbob | total_b12 | 178")
    shows(con, "explaining.explained_patient", """
        patient_id
        ann
        bob
    """)  # fmt: skip

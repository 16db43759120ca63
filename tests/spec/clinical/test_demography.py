"Age, death and opting out, after merges."

from tests.clinic import clinic, insert, shows


def test_several_rows_of_one_patient():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | deceased_on | is_opted_out | merged_into
        ann        | 1950-01-01 |             | no           |
        ann        | 1951-01-01 |             | yes          |
        bob        |            | 2025-01-01  | no           |
        bob        | 1960-01-01 | 2024-01-01  | no           |
        cid        | 1970-01-01 |             | no           |
        old        | 1930-01-01 | 2025-05-05  | yes          | cid
        dan        |            |             | no           |
        older      | 1931-01-01 |             | no           | dan
    """)  # fmt: skip
    shows(con, "clinical.demography", """
        patient_id | born_on    | died_on    | is_opted_out
        ann        | 1950-01-01 |            | yes
        bob        | 1960-01-01 | 2024-01-01 | no
        cid        | 1970-01-01 | 2025-05-05 | yes
        dan        | 1931-01-01 |            | no
    """)  # fmt: skip

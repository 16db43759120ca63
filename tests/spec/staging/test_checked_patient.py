"A delivered patient row: typed and judged. A date that cannot be read is a rejection, never an unknown."

from tests.clinic import judges


def test_patient_rows():
    judges("patient", """
        patient_id | birth_date | deceased_on | => birth_on | => deceased_on | => outcome
        -----------+------------+-------------+-------------+----------------+-------------------
        ann        | 1950-01-31 |             | 1950-01-31  |                | accepted
        bob        |            |             |             |                | accepted
        cid        | 1950-01-31 | 2026-01-01  | 1950-01-31  | 2026-01-01     | accepted
                   | 1950-01-31 |             | 1950-01-31  |                | missing_patient_id
        eve        | 31.01.1950 |             |             |                | bad_date
        fay        | 1950-02-30 |             |             |                | bad_date
        gus        | 1950       |             |             |                | bad_date
        hal        | 1950-01-31 | last year   | 1950-01-31  |                | bad_date
        ida        | 2026-02-01 |             | 2026-02-01  |                | accepted
        jon        | 2026-02-02 |             | 2026-02-02  |                | future_date
        kim        | 1950-01-31 | 2026-02-02  | 1950-01-31  | 2026-02-02     | future_date
    """)  # fmt: skip


def test_sex_and_opting_out():
    judges("patient", """
        patient_id | sex    | opted_out | merged_into | => sex  | => is_opted_out | => merged_into
        -----------+--------+-----------+-------------+---------+-----------------+---------------
        ann        | Female | true      |             | female  | yes             |
        bob        | MALE   | TRUE      |             | male    | yes             |
        cid        | other  | false     |             | other   | no              |
        dan        | F      |           | ann         | unknown |                 | ann
        gil        |        | perhaps   |             | unknown | yes             |
        eve        |        | yes       |             | unknown | yes             |
        fay        |        | 1         |             | unknown | yes             |
    """)  # fmt: skip

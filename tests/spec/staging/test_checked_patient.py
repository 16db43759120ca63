"A delivered patient row: typed and judged. A cell that cannot be read costs itself; all else of the row goes in."

from tests.clinic import judges


def test_patient_rows():
    judges("patient", """
        patient_id  | birth_date | deceased_on | => birth_on | => birth_latest_on | => deceased_on | => is_deceased | => blanked              | => outcome
        ------------+------------+-------------+-------------+--------------------+----------------+----------------+-------------------------+-------------------
        ann         | 1950-01-31 |             | 1950-01-31  |                    |                |                |                         | accepted
        bob         |            |             |             |                    |                |                |                         | accepted
        cid         | 1950-01-31 | 2026-01-01  | 1950-01-31  |                    | 2026-01-01     | yes            |                         | accepted
                    | 1950-01-31 |             | 1950-01-31  |                    |                |                |                         | missing_patient_id
        4.85778E+09 | 1950-01-31 |             | 1950-01-31  |                    |                |                |                         | id_in_scientific_notation
        eve         | 31.01.1950 |             |             |                    |                |                | birth_date              | accepted
        fay         | 1950-02-30 | 2026-01-01  |             |                    | 2026-01-01     | yes            | birth_date              | accepted
        hal         | 1950-01-31 | last year   | 1950-01-31  |                    |                |                | deceased_on             | accepted
        ida         | 2026-02-01 |             | 2026-02-01  |                    |                |                |                         | accepted
        jon         | 2026-02-02 |             |             |                    |                |                | birth_date              | accepted
        kim         | 1950-01-31 | 2026-02-02  | 1950-01-31  |                    |                |                | deceased_on             | accepted
        lou         | unknown    | unknown     |             |                    |                |                | birth_date, deceased_on | accepted
    """)  # fmt: skip


def test_a_birth_known_as_a_year_or_a_month_is_kept_as_its_first_and_last_day():
    judges("patient", """
        birth_date | => birth_on | => birth_latest_on | => blanked
        -----------+-------------+--------------------+------------
        1960       | 1960-01-01  | 1960-12-31         |
        1960-02    | 1960-02-01  | 1960-02-29         |
        2026       | 2026-01-01  | 2026-12-31         |
        2026-03    |             |                    | birth_date
        60         |             |                    | birth_date
        1960-00    |             |                    | birth_date
        1900-01-01 |             |                    | birth_date
        9999-12-31 |             |                    | birth_date
        1900-01-02 | 1900-01-02  |                    |
    """, given="patient_id\nann")  # fmt: skip


def test_a_death_without_its_day_is_a_death_and_a_sentinel_is_not():
    judges("patient", """
        deceased_on | recorded_at          | => deceased_on | => is_deceased | => blanked
        ------------+----------------------+----------------+----------------+------------
        true        | 2025-06-01T10:00:00Z |                | yes            |
        true        |                      |                | yes            |
        2024        |                      | 2024-01-01     | yes            |
        2024-05     |                      | 2024-05-01     | yes            |
        2026        |                      | 2026-01-01     | yes            |
        false       |                      |                | no             |
        1900-01-01  |                      |                | no             |
        0001-01-01  |                      |                | no             |
        1753-01-01  |                      |                | no             |
        2999-12-31  |                      |                | no             |
        9999-12-31  |                      |                | no             |
        2027        |                      |                |                | deceased_on
        soon        | now                  |                |                | deceased_on, recorded_at
    """, given="patient_id\nann")  # fmt: skip


def test_a_merge_into_an_id_whose_digits_are_lost_is_left_out():
    judges("patient", """
        merged_into | => merged_into | => blanked  | => outcome
        ------------+----------------+-------------+-----------
        bob         | bob            |             | accepted
        4.85778E+09 |                | merged_into | accepted
        4,85778E+09 |                | merged_into | accepted
        1.09E15     |                | merged_into | accepted
    """, given="patient_id | opted_out\nann | true")  # fmt: skip


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


def test_a_deleted_patient_says_so():
    judges("patient", """
        status           | => is_deleted | => outcome
        -----------------+---------------+-----------
        deleted          | yes           | accepted
        Entered-in-error | yes           | accepted
        active           | no            | accepted
        whatever         | no            | accepted
                         |               | accepted
    """, given="patient_id\nann")  # fmt: skip

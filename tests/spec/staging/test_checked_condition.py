"A delivered condition: typed, coded and judged."

from tests.clinic import judges

GIVEN = """
    patient_id | code_system | code  | onset_on
    ann        | ICD10CM     | G44.1 | 2026-01-05
"""


def test_every_reason():
    judges("condition", """
        patient_id | code_system | code        | onset_on   | abated_on  | => concepts            | => outcome
        -----------+-------------+-------------+------------+------------+------------------------+---------------------------
        ann        | SNOMEDCT    | 84027009    | 2026-01-05 |            | pernicious_anaemia     | accepted
        ann        | SNOMEDCT    | 84027009    | 2026-01-05 | 2026-01-20 | pernicious_anaemia     | accepted
                   | SNOMEDCT    | 84027009    | 2026-01-05 |            | pernicious_anaemia     | missing_patient_id
        ann        | SNOMEDCT    |             | 2026-01-05 |            |                        | missing_code
        ann        | SNOMEDCT    | 84027009    |            |            | pernicious_anaemia     | missing_date
        ann        | SNOMEDCT    | 84027009    | 5/1/2026   |            | pernicious_anaemia     | bad_date
        ann        | SNOMEDCT    | 84027009    | 2026-01-05 | spring     | pernicious_anaemia     | accepted
        ann        | SNOMEDCT    | 84027009    | 2026-02-01 |            | pernicious_anaemia     | accepted
        ann        | SNOMEDCT    | 84027009    | 2026-02-02 |            | pernicious_anaemia     | future_date
        ann        | SNOMEDCT    | 1.09023E+15 | 2026-01-05 |            |                        | code_in_scientific_notation
        ann        | SNOMEDCT    | 22298006    | 2026-01-05 |            |                        | unmapped_code
        ann        | LOCAL       | vegan       | 2026-01-05 |            | vegan_diet             | accepted
    """)  # fmt: skip


def test_statuses():
    judges("condition", """
        condition_id | status           | => status
        -------------+------------------+------------
                     |                  | counted
                     | Active           | counted
                     | recurrence       | counted
                     | confirmed        | counted
                     | provisional      | not_counted
                     | refuted          | refuted
                     | inactive         | abated
                     | resolved         | abated
                     | remission        | abated
        c1           | entered-in-error | retracted
                     | Ruled out        | refuted
                     | family history   | not_counted
                     | RULE-OUT         | not_counted
                     | never heard of   | unknown
    """, given=GIVEN)  # fmt: skip


def test_a_retraction_that_names_its_row_needs_no_date():
    judges("condition", """
        condition_id | onset_on | status           | => outcome
        -------------+----------+------------------+-------------
        c1           |          | entered-in-error | accepted
                     |          | entered-in-error | missing_date
    """, given="""
        patient_id | code_system | code
        ann        | SNOMEDCT    | 84027009
    """)  # fmt: skip


def test_a_retraction_without_a_code_takes_back_what_its_id_names():
    judges("condition", """
        patient_id | condition_id | status           | => outcome
        -----------+--------------+------------------+-------------------
        ann        | c1           | entered-in-error | accepted
        ann        |              | entered-in-error | missing_code
                   | c1           | entered-in-error | missing_patient_id
                   | c1           | deleted          | accepted
    """)  # fmt: skip


def test_a_year_or_a_month_is_kept_as_its_first_and_last_day():
    judges("condition", """
        onset_on   | abated_on  | => onset_on | => onset_latest_on | => abated_on | => blanked | => outcome
        -----------+------------+-------------+--------------------+--------------+------------+------------
        2026-01-05 |            | 2026-01-05  |                    |              |            | accepted
        2019       | 2020       | 2019-01-01  | 2019-12-31         | 2020-12-31   |            | accepted
        2019-02    | 2020-02    | 2019-02-01  | 2019-02-28         | 2020-02-29   |            | accepted
        2019-13    |            |             |                    |              |            | bad_date
        2026-01-05 | spring     | 2026-01-05  |                    |              | abated_on  | accepted
        2026-01-05 | 9999-12-31 | 2026-01-05  |                    |              |            | accepted
        1900-01-01 |            |             |                    |              |            | bad_date
        0001-01-01 |            |             |                    |              |            | bad_date
        1899       |            |             |                    |              |            | bad_date
        9999       |            |             |                    |              |            | bad_date
        2027       |            | 2027-01-01  | 2027-12-31         |              |            | future_date
        2026       |            | 2026-01-01  | 2026-12-31         |              |            | accepted
    """, given=GIVEN)  # fmt: skip


def test_a_length_is_read_from_its_code():
    judges("condition", """
        code_system | code                           | => length_cm | => outcome
        ------------+--------------------------------+--------------+-------------
        LOCAL       | ileal_resection_length_cm:25   | 25           | accepted
        LOCAL       | ileal_resection_length_cm: 7.5 | 7.5          | accepted
        LOCAL       | ileal_resection_length_cm:     |              | not_a_number
        LOCAL       | ileal_resection_length_cm:long |              | not_a_number
        LOCAL       | ileal_resection_length_cm:NaN  | nan          | not_a_number
    """, given="""
        patient_id | onset_on
        ann        | 2026-01-05
    """)  # fmt: skip

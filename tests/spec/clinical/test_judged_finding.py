"What is evidence of a malabsorption, and what does not count. Protocol §2 and §6."

from tests.clinic import clinic, insert, shows


def test_each_finding_a_recorded_length_and_the_latest_antibody():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                           | onset_on   | length_cm | line
        ann        | coeliac                            | 2020-01-01 |           | 1
        ann        | gastrectomy_total                  | 2021-01-01 |           | 2
        bob        | bariatric_band                     | 2020-01-01 |           | 3
        bob        | bariatric_band_reversal_or_removal | 2021-01-01 |           | 4
        bob        | bariatric_band                     | 2022-01-01 |           | 5
        cid        | ileal_resection                    | 2020-01-01 |           | 6
        cid        | ileal_resection_length             | 2020-01-01 | 15        | 7
        dan        | ileal_resection_length             | 2020-01-01 | 25        | 8
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | finding  | value_reported | collected_on | line
        eve        | intrinsic_factor_antibody | positive | pos            | 2025-01-05   | 9
    """)  # fmt: skip
    shows(con, "clinical.judged_finding", """
        patient_id | concept                | line | uncounted_because
        ann        | coeliac                | 1    |
        ann        | gastrectomy_total      | 2    |
        bob        | bariatric_band         | 3    | removed 2021-01-01
        bob        | bariatric_band         | 5    |
        cid        | ileal_resection        | 6    | 15 cm, too short to count
        dan        | ileal_resection_length |      |
        eve        | intrinsic_factor_ab    | 9    |
    """)  # fmt: skip

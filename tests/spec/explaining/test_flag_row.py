"Which delivered rows raised the flags that come with the evidence."

from tests.clinic import clinic, insert, shows


def test_results_medications_and_findings_each_with_file_and_line():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.patient",
        "patient_id | birth_on | deceased_on\nann | 1950-01-01 |\neve | 1950-01-01 | 2026-01-02",
    )
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | status  | reference_high | is_unit_code_disagree | collected_on | file | line
        ann        | total_b12 | =          | 250   | final   |                | no                    | 2026-01-05   | l    | 1
        ann        | total_b12 | =          | 260   | final   |                | no                    | 2026-01-05   | l    | 2
        ann        | total_b12 | =          | 400   | final   |                | yes                   | 2025-01-05   | l    | 3
        ann        | mma       | =          | 300   | final   | 350            | no                    | 2026-01-05   | l    | 4
        ann        | mma       | <          | 400   | final   |                | no                    | 2026-01-06   | l    | 5
        ann        | homocysteine | =       | 4     | unknown |                | no                    | 2026-01-06   | l    | 6
        eve        | total_b12 | =          | 250   | final   |                | no                    | 2026-01-05   | l    | 7
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts     | name         | matched_by | start_on   | start_latest_on | end_on     | days_supply | status  | file | line
        ann        | metformin    | Metformin    | name       | 2026-01-01 |                 |            |             | active  | m    | 1
        ann        | p_cab        | Vonoprazan   | code       | 2026-01-01 |                 |            | 90          | active  | m    | 2
        ann        | multivitamin | Multivitamin | code       | 2026-01-01 | 2026-01-31      |            | 90          | active  | m    | 3
        ann        | ppi          | Omeprazole   | code       | 2026-01-01 |                 | 2025-01-01 | 90          | unknown | m    | 4
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts               | name          | matched_by | onset_on   | onset_latest_on | abated_on  | status  | file | line
        ann        | vegetarian_diet        | Vegetarian    | code       | 2020-01-01 | 2020-12-31      |            | counted | c    | 1
        ann        | neuropathy_diabetic    | Diabetic      | parent     | 2020-01-01 |                 |            | counted | c    | 2
        ann        | neuro_cognitive        | Dementia      | code       | 2020-01-01 |                 |            | unknown | c    | 3
        ann        | headache_tierB_primary | Headache      | code       | 2020-01-01 |                 |            | counted | c    | 4
        ann        | headache_tierB_primary | Headache      | code       | 2020-01-01 |                 | 2020-02-01 | counted | c    | 5
        bob        | neuropathy_diabetic    | Diabetic      | code       | 2020-01-01 |                 | 2021-01-01 | counted | c    | 6
    """)  # fmt: skip
    shows(con, "explaining.flag_row", """
        patient_id | flag                              | reported     | file | line
        ann        | CONFLICTING_RESULTS               | 250 pg/mL    | l    | 1
        ann        | CONFLICTING_RESULTS               | 260 pg/mL    | l    | 2
        ann        | MMA_WITHIN_LAB_RANGE              | 300 nmol/L   | l    | 4
        ann        | CENSORED_ACROSS_EDGE              | <400 nmol/L  | l    | 5
        ann        | STATUS_UNKNOWN                    | 4 umol/L     | l    | 6
        eve        | RESULT_AFTER_DEATH                | 250 pg/mL    | l    | 7
        ann        | BY_NAME                           | Metformin    | m    | 1
        ann        | END_ASSUMED                       | Metformin    | m    | 1
        ann        | P_CAB                             | Vonoprazan   | m    | 2
        ann        | B12_IN_MULTIVITAMIN               | Multivitamin | m    | 3
        ann        | END_BEFORE_START                  | Omeprazole   | m    | 4
        ann        | STATUS_UNKNOWN                    | Omeprazole   | m    | 4
        ann        | DATE_PARTIAL                      | Vegetarian recorded 2020 | c    | 1
        ann        | DATE_PARTIAL                      | Multivitamin | m    | 3
        ann        | VEGETARIAN_STRICTNESS_UNKNOWN     | Vegetarian   | c    | 1
        ann        | NEUROPATHY_ATTRIBUTED_TO_DIABETES | Diabetic     | c    | 2
        ann        | PARENT_CODE                       | Diabetic     | c    | 2
        ann        | NEURO_NONSPECIFIC                 | Dementia     | c    | 3
        ann        | STATUS_UNKNOWN                    | Dementia     | c    | 3
        ann        | HEADACHE_NOT_RESOLVED             | Headache     | c    | 4
    """)  # fmt: skip


def test_a_record_that_was_taken_back_or_does_not_count_raised_nothing():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | medication_id | concepts     | name       | matched_by | start_on   | end_on     | status    | file | line
        ann        | m1            | metformin    | Metformin  | name       | 2026-01-01 |            | active    | m    | 1
        ann        | m1            | metformin    | Metformin  | name       | 2026-01-01 |            | retracted | m    | 2
        ann        | m2            | ppi          | Omeprazole | name       | 2026-01-01 |            | active    | m    | 3
        ann        |               | metformin    | Metformin  | name       | 2020-01-01 | 2021-01-01 | ended     | m    | 4
        bob        | m1            | multivitamin | Old        | code       | 2020-01-01 | 2021-01-01 | ended     | m    | 5
        bob        | m2            | multivitamin | New        | code       | 2026-01-01 | 2026-02-01 | active    | m    | 6
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts          | name   | onset_on   | abated_on  | status    | file | line
        ann        | c1           | neuro_ataxia_gait | Ataxia | 2025-01-01 |            | unknown   | c    | 1
        ann        | c1           | neuro_ataxia_gait | Ataxia | 2025-01-01 |            | retracted | c    | 2
        ann        | c2           | neuro_ataxia_gait | Ataxia | 2025-01-01 |            | unknown   | c    | 3
        bob        | c1           | vegetarian_diet   | Before | 2025-01-01 | 2025-06-01 | counted   | c    | 4
        bob        | c2           | vegetarian_diet   | Now    | 2025-07-01 |            | counted   | c    | 5
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | status    | collected_on | file | line
        ann        | r1        | total_b12 | 150   | unknown   | 2026-01-05   | l    | 1
        ann        | r1        | total_b12 |       | retracted | 2026-01-05   | l    | 2
        ann        | r2        | total_b12 | 150   | unknown   | 2026-01-05   | l    | 3
    """)  # fmt: skip
    shows(con, "explaining.flag_row", """
        patient_id | flag                          | reported   | file | line
        ann        | BY_NAME                       | Omeprazole | m    | 3
        ann        | END_ASSUMED                   | Omeprazole | m    | 3
        ann        | STATUS_UNKNOWN                | Ataxia     | c    | 3
        ann        | STATUS_UNKNOWN                | 150 pg/mL  | l    | 3
        bob        | B12_IN_MULTIVITAMIN           | New        | m    | 6
        bob        | VEGETARIAN_STRICTNESS_UNKNOWN | Now        | c    | 5
    """)  # fmt: skip


def test_of_results_and_resections_only_the_row_that_decides():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | comparator | value | is_unit_code_disagree | collected_on | file | line
        ann        |           | total_b12 | =          | 250   | yes                   | 2025-01-05   | l    | 1
        ann        |           | total_b12 | =          | 250   | yes                   | 2026-01-05   | l    | 2
        ann        |           | mma       | <          | 400   | no                    | 2026-01-04   | l    | 3
        ann        |           | mma       | =          | 100   | no                    | 2026-01-05   | l    | 4
        ann        |           | mma       | <          | 400   | no                    | 2026-01-06   | l    | 5
        bob        | r1        | total_b12 | =          | 250   | no                    | 2026-01-04   | l    | 6
        bob        | r1        | total_b12 | =          | 350   | no                    | 2026-01-05   | l    | 7
        bob        | r2        | total_b12 | =          | 350   | no                    | 2026-01-05   | l    | 8
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts               | name | onset_on   | length_cm | file | line
        ann        | ileal_resection_length | Cut  | 2020-01-01 | 15        | c    | 1
        ann        | ileal_resection_length | Cut  | 2021-01-01 | 10        | c    | 2
        bob        | bariatric_band         | Band | 2020-01-01 |           | c    | 3
        bob        | bariatric_band_reversal_or_removal | Removed | 2021-01-01 | | c | 4
        bob        | bariatric_band         | Band | 2022-01-01 |           | c    | 5
    """)  # fmt: skip
    shows(con, "explaining.flag_row", """
        patient_id | flag                  | reported    | file | line
        ann        | UNIT_CODE_DISAGREE    | 250 pg/mL   | l    | 2
        ann        | CENSORED_ACROSS_EDGE  | <400 nmol/L | l    | 5
        ann        | SHORT_ILEAL_RESECTION | 10 cm       | c    | 2
        bob        | CONFLICTING_RESULTS   | 250 pg/mL   | l    | 6
        bob        | CONFLICTING_RESULTS   | 350 pg/mL   | l    | 7
        bob        | BAND_WEAKER_EVIDENCE  | Band        | c    | 5
    """)  # fmt: skip

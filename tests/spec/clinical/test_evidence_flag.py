"Flags that come with the evidence, not with the words."

from tests.clinic import clinic, insert, shows


def test_of_results():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | is_unit_code_disagree | reference_high | collected_on
        ann        | mma       | =          | 300   | no                    |                | 2026-01-04
        ann        | mma       | <          | 400   | no                    |                | 2026-01-05
        bob        | mma       | <          | 400   | no                    |                | 2026-01-05
        cid        | total_b12 | =          | 150   | no                    |                | 2026-01-05
        cid        | total_b12 | =          | 250   | no                    |                | 2026-01-05
        dan        | total_b12 | =          | 150   | yes                   |                | 2026-01-05
        eve        | mma       | =          | 300   | no                    | 400            | 2026-01-05
        fay        | total_b12 | <          | 400   | no                    |                | 2026-01-05
        gus        | mma       | <          | 400   | no                    |                | 2026-01-04
        gus        | mma       | =          | 300   | no                    |                | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        ann        | CENSORED_ACROSS_EDGE
        bob        | CENSORED_ACROSS_EDGE
        cid        | CONFLICTING_RESULTS
        dan        | UNIT_CODE_DISAGREE
        eve        | MMA_WITHIN_LAB_RANGE
    """)  # fmt: skip


def test_of_medications():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts     | start_on   | end_on     | status | matched_by | route
        ann        | metformin    | 2025-12-01 | 2026-03-01 | active | name       |
        bob        | metformin    | 2025-12-01 |            | active | code       |
        cid        | p_cab        | 2025-12-01 | 2026-03-01 | active | code       |
        dan        | multivitamin | 2025-12-01 | 2026-03-01 | active | code       |
        eve        | methotrexate | 2025-12-01 | 2026-03-01 | active | code       |
        fay        | methotrexate | 2025-12-01 | 2026-03-01 | active | code       |
        fay        | folic_acid   | 2025-12-01 | 2026-03-01 | active | code       |
        gus        | b12_mecobalamin | 2025-12-01 |         | active | name       | oral
        hal        | metformin    | 2015-12-01 | 2016-03-01 | ended  | name       |
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        ann        | BY_NAME
        bob        | END_ASSUMED
        cid        | P_CAB
        dan        | B12_IN_MULTIVITAMIN
        fay        | METHOTREXATE
        gus        | BY_NAME
        gus        | END_ASSUMED
    """)  # fmt: skip


def test_of_conditions():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts               | code      | onset_on   | matched_by | length_cm
        ann        | vegetarian_diet        | 765021002 | 2020-01-01 | code       |
        bob        | bariatric_band         | band      | 2020-01-01 | code       |
        cid        | crohn_any              | K50       | 2020-01-01 | parent     |
        dan        | ileal_resection_length | x         | 2020-01-01 | code       | 20
        eve        | ileal_resection_length | x         | 2020-01-01 | code       | 21
        fay        | vegan_diet             | vegan     | 2020-01-01 | code       |
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        ann        | VEGETARIAN_STRICTNESS_UNKNOWN
        bob        | BAND_WEAKER_EVIDENCE
        cid        | PARENT_CODE
        dan        | SHORT_ILEAL_RESECTION
    """)  # fmt: skip


def test_of_who_the_patient_is_and_of_dates_and_statuses():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | sex    | deceased_on | merged_into
        ann        | 1960-03-01 |                 | female | 1959-12-31  |
        bob        | 1960-03-01 |                 | female |             |
        bob        | 1960-03-01 |                 | male   |             |
        cid        | 1960-01-01 | 1960-12-31      | female |             |
        dan        | 1960-03-01 |                 | male   |             | eve
        eve        | 1960-03-01 |                 | male   |             | dan
        fay        | 1960-03-01 |                 | female | 2025-12-01  |
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | status
        fay        | total_b12 | 150   | 2026-01-05   | final
        gus        | total_b12 | 150   | 2026-01-05   | unknown
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts          | onset_on   | onset_latest_on | abated_on  | status
        gus        | neuro_ataxia_gait | 2025-06-01 |                 | 2025-05-31 | counted
        hal        | neuro_ataxia_gait | 2025-01-01 | 2025-12-31      |            | counted
        ida        | neuro_ataxia_gait | 2025-01-01 |                 |            | unknown
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | start_latest_on | end_on     | status
        jon        | metformin | 2025-06-01 |                 | 2025-05-31 | ended
        kim        | metformin | 2025-01-01 | 2025-12-31      | 2026-01-05 | ended
        lou        | metformin | 2025-06-01 |                 | 2026-01-05 | unknown
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        ann        | DEATH_IMPLAUSIBLE
        bob        | IDENTITY_CONFLICT
        cid        | DATE_PARTIAL
        dan        | MERGE_CIRCLE
        eve        | MERGE_CIRCLE
        fay        | RESULT_AFTER_DEATH
        gus        | STATUS_UNKNOWN
        gus        | END_BEFORE_START
        hal        | DATE_PARTIAL
        ida        | STATUS_UNKNOWN
        jon        | END_BEFORE_START
        jon        | END_ASSUMED
        kim        | DATE_PARTIAL
        lou        | STATUS_UNKNOWN
    """)  # fmt: skip

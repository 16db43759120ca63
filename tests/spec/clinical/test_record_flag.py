"clinical.record_flag: which medications, conditions and procedures raised which flags. Protocol §1."

from tests.clinic import clinic, insert, shows


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
    shows(con, "clinical.record_flag", """
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
    shows(con, "clinical.record_flag", """
        patient_id | flag
        ann        | VEGETARIAN_STRICTNESS_UNKNOWN
        bob        | BAND_WEAKER_EVIDENCE
        cid        | PARENT_CODE
        dan        | SHORT_ILEAL_RESECTION
    """)  # fmt: skip


def test_of_dates_and_statuses():
    con = clinic("2026-01-31")
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
    shows(con, "clinical.record_flag", """
        patient_id | flag
        gus        | END_BEFORE_START
        hal        | DATE_PARTIAL
        ida        | STATUS_UNKNOWN
        jon        | END_BEFORE_START
        jon        | END_ASSUMED
        kim        | DATE_PARTIAL
        lou        | STATUS_UNKNOWN
    """)  # fmt: skip


def test_weaker_neurological_signs_raise_their_flags_beside_a_stronger_one():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                    | onset_on
        ann        | neuro_peripheral_neuropathy | 2020-01-01
        ann        | neuropathy_diabetic         | 2020-01-01
        ann        | neuro_cognitive             | 2020-01-01
        ann        | headache_tierB_primary      | 2020-01-01
        bob        | neuro_peripheral_neuropathy | 2020-01-01
    """)  # fmt: skip
    shows(con, "clinical.record_flag", """
        patient_id | flag
        ann        | HEADACHE_NOT_RESOLVED
        ann        | NEURO_NONSPECIFIC
        ann        | NEUROPATHY_ATTRIBUTED_TO_DIABETES
    """)  # fmt: skip


def test_a_short_ileal_resection_is_what_the_last_recorded_length_says():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts               | onset_on   | length_cm
        ann        | ileal_resection_length | 2020-01-01 | 15
        bob        | ileal_resection_length | 2020-01-01 | 15
        bob        | ileal_resection_length | 2021-01-01 | 45
    """)  # fmt: skip
    shows(con, "clinical.record_flag", "patient_id | flag\nann | SHORT_ILEAL_RESECTION")


def test_the_records_of_a_recent_era_those_that_cover_the_as_of_date_and_each_once():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts                | start_on   | end_on     | status | matched_by | line
        ann        | metformin               | 2020-01-01 | 2022-01-01 | ended  | name       | 1
        ann        | metformin               | 2025-01-01 | 2025-06-01 | ended  | name       | 2
        ann        | metformin               | 2025-06-01 | 2026-03-01 | active | code       | 3
        bob        | multivitamin            | 2025-11-01 | 2026-01-30 | ended  | code       | 4
        bob        | folic_acid¦multivitamin | 2025-12-01 | 2026-01-31 | ended  | code       | 5
        cid        | methotrexate            | 2025-11-01 | 2026-01-30 | ended  | code       | 6
        cid        | methotrexate            | 2025-12-01 | 2026-01-31 | ended  | code       | 7
        cid        | folic_acid              | 2025-12-01 | 2026-01-31 | ended  | code       | 8
    """)  # fmt: skip
    shows(con, "clinical.record_flag", """
        patient_id | flag                | line
        ann        | BY_NAME             | 2
        bob        | B12_IN_MULTIVITAMIN | 5
        cid        | METHOTREXATE        | 7
    """)  # fmt: skip


def test_a_diagnosis_of_an_unknown_status_raises_its_flag_though_it_does_not_count():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts           | onset_on   | status    | line
        ann        | c1           | pernicious_anaemia | 2025-01-01 | unknown   | 1
        bob        | c1           | pernicious_anaemia | 2025-01-01 | unknown   | 2
        bob        | c1           | pernicious_anaemia | 2025-01-01 | retracted | 3
    """)  # fmt: skip
    shows(con, "clinical.record_flag", "patient_id | flag | line\nann | STATUS_UNKNOWN | 1")

"The last neurological sign or headache, and cause of malabsorption, that does not count, and why. Protocol §4, Reasons in full."

from tests.clinic import clinic, insert, shows


def test_what_is_on_file_and_does_not_count_says_why():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                         | name           | onset_on   | abated_on
        ann        | neuro_peripheral_neuropathy      | Polyneuropathy | 2010-01-01 |
        bob        | neuro_peripheral_neuropathy      | Polyneuropathy | 2010-01-01 | 2020-01-01
        cid        | headache_tierB_primary           | Headache       | 2015-01-01 | 2015-02-01
        dan        | headache_tierB_primary           | Headache       | 2026-01-01 |
        dan        | headache_unrelated_to_b12        |                | 2026-01-10 |
        eve        | headache_tierB_primary           | Headache       | 2015-01-01 |
        fay        | headache_tierB_primary           | Headache       | 2026-01-01 | 2026-01-02
    """)  # fmt: skip
    shows(con, "clinical.uncounted_diagnosis", """
        patient_id | uncounted_sign
        bob        | Polyneuropathy recorded 2010-01-01: marked as resolved, so it does not count
        cid        | Headache recorded 2015-01-01: resolved, and too long ago to count
        dan        | Headache recorded 2026-01-01: noted 2026-01-10 as unrelated to B12
    """)  # fmt: skip


def test_migraine_where_it_is_not_counted_as_headache():
    con = clinic("2026-01-31", migraine_is_headache=0)
    insert(con, "lake.condition", """
        patient_id | concepts                         | name     | onset_on
        ann        | headache_tierB_migraine_optional | Migraine | 2026-01-01
    """)  # fmt: skip
    shows(con, "clinical.uncounted_diagnosis", """
        patient_id | uncounted_sign
        ann        | Migraine recorded 2026-01-01: not counted by this protocol
    """)  # fmt: skip


def test_a_suspected_diagnosis_and_one_of_unknown_status_are_named():
    "An unknown status counts as a sign, not as a diagnosis that starts a treatment; what was taken back is not named"
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts                    | name           | onset_on   | status
        ann        | 1            | neuro_peripheral_neuropathy | Polyneuropathy | 2025-01-01 | not_counted
        bob        | 1            | coeliac                     | Coeliac        | 2025-01-01 | not_counted
        cid        | 1            | pernicious_anaemia          | Pernicious     | 2025-01-01 | unknown
        dan        | 1            | neuro_peripheral_neuropathy | Polyneuropathy | 2025-01-01 | unknown
        eve        | 1            | neuro_peripheral_neuropathy | Polyneuropathy | 2025-01-01 | not_counted
        eve        | 1            | neuro_peripheral_neuropathy | Polyneuropathy | 2025-01-01 | refuted
    """)  # fmt: skip
    shows(con, "clinical.uncounted_diagnosis", """
        patient_id | uncounted_sign                                                                               | uncounted_malabsorption
        ann        | Polyneuropathy recorded 2025-01-01: not recorded as a confirmed diagnosis, so it does not count |
        bob        |                                                                                              | Coeliac recorded 2025-01-01: not recorded as a confirmed diagnosis, so it does not count
        cid        |                                                                                              | Pernicious recorded 2025-01-01: of a status that is not known, so it does not count as malabsorption
    """)  # fmt: skip


def test_a_band_since_removed_and_a_short_resection_are_named():
    con = clinic("2026-01-31")
    insert(con, "lake.procedure", """
        patient_id | concepts                           | name          | performed_on
        ann        | bariatric_band_or_restriction      | Gastric band  | 2020-01-01
        ann        | bariatric_band_reversal_or_removal | Band removed  | 2024-01-01
        bob        | ileal_resection                    | Ileal section | 2020-01-01
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts               | onset_on   | length_cm
        bob        | ileal_resection_length | 2020-01-02 | 10
    """)  # fmt: skip
    shows(con, "clinical.uncounted_diagnosis", """
        patient_id | uncounted_malabsorption
        ann        | Gastric band recorded 2020-01-01: removed 2024-01-01
        bob        | Ileal section recorded 2020-01-01: 10 cm, too short to count
    """)  # fmt: skip

"The MMA that counts, and what the kidney may explain. Protocol §2."

from tests.clinic import clinic, insert, shows


def test_a_raised_one_is_read_with_the_kidney():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte | value | collected_on | reference_high
        ann        | mma     | 300   | 2026-01-05   | 400
        ann        | egfr    | 90    | 2026-01-05   |
        bob        | mma     | 300   | 2026-01-05   | 280
        bob        | egfr    | 50    | 2026-01-05   |
        cid        | mma     | 300   | 2026-01-05   |
        dan        | mma     | 300   | 2026-01-05   |
        eve        | mma     | 200   | 2026-01-05   | 400
        fay        | mma     | 300   | 2026-01-05   |
        fay        | egfr    | 90    | 2023-01-05   |
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts     | onset_on
        dan        | ckd_stage3_5 | 2020-01-01
        eve        | ckd_stage3_5 | 2020-01-01
    """)  # fmt: skip
    shows(con, "clinical.latest_mma", """
        patient_id | mma                  | is_within_lab_range
        ann        | raised               | yes
        bob        | raised_renal         | no
        cid        | raised_renal_unknown |
        dan        | raised_renal         |
        eve        | not_raised           | no
        fay        | raised_renal_unknown |
    """)  # fmt: skip


def test_a_not_raised_one_counts_for_24_months_and_not_when_90_days_older_than_the_latest_b12():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | mma       | 200   | 2024-01-31
        bob        | mma       | 200   | 2024-01-30
        cid        | mma       | 200   | 2025-10-01
        cid        | total_b12 | 250   | 2025-12-30
        dan        | mma       | 200   | 2025-10-01
        dan        | total_b12 | 250   | 2025-12-31
        eve        | mma       | 200   | 2025-12-31
        eve        | total_b12 | 250   | 2025-01-31
    """)  # fmt: skip
    shows(con, "clinical.latest_mma", """
        patient_id | mma
        ann        | not_raised
        bob        | never
        cid        | not_raised
        dan        | never
        eve        | not_raised
    """)  # fmt: skip


def test_a_raised_one_does_not_expire_while_untreated_until_a_newer_one_replaces_it():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | collected_on
        ann        | mma       | =          | 300   | 2010-01-31
        ann        | total_b12 | =          | 250   | 2026-01-05
        bob        | mma       | =          | 300   | 2010-01-31
        bob        | mma       | =          | 200   | 2026-01-05
        cid        | mma       | =          | 300   | 2010-01-31
        cid        | mma       | <          | 300   | 2026-01-05
        dan        | mma       | =          | 300   | 2010-01-31
        eve        | mma       | =          | 300   | 2026-01-05
        fay        | mma       | =          | 300   | 2010-01-31
        fay        | mma       | =          | 200   | 2020-01-31
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | route
        dan        | b12_cyanocobalamin | 2025-12-01 | oral
        eve        | b12_cyanocobalamin | 2025-12-01 | oral
    """)  # fmt: skip
    shows(con, "clinical.latest_mma", """
        patient_id | mma
        ann        | raised_renal_unknown
        bob        | not_raised
        cid        | raised_renal_unknown
        dan        | never
        eve        | raised_renal_unknown
        fay        | never
    """)  # fmt: skip


def test_far_above_it_is_raised_whatever_the_kidney():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte | comparator | value  | collected_on
        ann        | mma     | =          | 1000   | 2026-01-05
        bob        | mma     | =          | 1000.1 | 2026-01-05
        cid        | mma     | >          | 1000   | 2026-01-05
        dan        | mma     | >=         | 1000   | 2026-01-05
        eve        | mma     | >          | 900    | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.latest_mma", """
        patient_id | mma
        ann        | raised_renal_unknown
        bob        | raised
        cid        | raised
        dan        | raised_renal_unknown
        eve        | raised_renal_unknown
    """)  # fmt: skip


def test_a_raised_one_expires_once_b12_was_given_for_180_days_since():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte | value | collected_on
        ann        | mma     | 2000  | 2020-01-31
        bob        | mma     | 2000  | 2020-01-31
        cid        | mma     | 2000  | 2020-01-31
        dan        | mma     | 2000  | 2025-01-31
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | end_on     | status | route
        ann        | b12_cyanocobalamin | 2021-01-01 | 2021-06-29 | ended  | oral
        bob        | b12_cyanocobalamin | 2021-01-01 | 2021-06-30 | ended  | oral
        cid        | b12_cyanocobalamin | 2019-01-01 | 2020-07-29 | ended  | oral
        dan        | b12_cyanocobalamin | 2025-02-01 | 2025-12-01 | ended  | oral
    """)  # fmt: skip
    shows(con, "clinical.latest_mma", """
        patient_id | mma
        ann        | raised
        bob        | never
        cid        | never
        dan        | raised
    """)  # fmt: skip


def test_late_on_therapy_is_more_than_90_days_after_t0():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | route
        ann        | b12_cyanocobalamin | 2025-10-01 | oral
        bob        | b12_cyanocobalamin | 2025-10-01 | oral
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte | value | collected_on
        ann        | mma     | 2500  | 2025-12-30
        bob        | mma     | 2500  | 2025-12-31
    """)  # fmt: skip
    shows(con, "clinical.latest_mma", """
        patient_id | mma    | is_late_on_therapy
        ann        | raised | no
        bob        | raised | yes
    """)  # fmt: skip

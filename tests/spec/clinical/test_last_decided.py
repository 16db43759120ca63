"Active B12, homocysteine, the last test and the tests for a cause."

from tests.clinic import clinic, insert, shows


def test_active_b12_counts_for_24_months():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | comparator | value | collected_on
        ann        | active_b12 | =          | 20    | 2024-01-31
        bob        | active_b12 | =          | 50    | 2024-01-30
        cid        | active_b12 | <          | 50    | 2026-01-05
        cid        | active_b12 | =          | 20    | 2025-01-05
        dan        | active_b12 | <          | 50    | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.last_decided", """
        patient_id | active_b12 | active_b12_value | tested_on
        ann        | low        | 20               | 2024-01-31
        bob        |            | 50               | 2024-01-30
        cid        | low        | 20               | 2026-01-05
        dan        |            |                  | 2026-01-05
    """)  # fmt: skip


def test_homocysteine_counts_since_t0():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts        | start_on   | route
        ann        | b12_mecobalamin | 2025-12-01 | oral
        bob        | b12_mecobalamin | 2025-12-01 | oral
        cid        | b12_mecobalamin | 2025-12-01 | oral
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte      | value | collected_on
        ann        | homocysteine | 10    | 2025-12-01
        bob        | homocysteine | 10    | 2025-11-30
        cid        | homocysteine | 9.99  | 2025-12-01
        dan        | homocysteine | 10    | 2025-12-01
    """)  # fmt: skip
    shows(con, "clinical.last_decided", """
        patient_id | homocysteine   | homocysteine_value
        ann        | at_or_above_10 | 10
        bob        |                | 10
        cid        | below_10       | 9.99
        dan        |                | 10
    """)  # fmt: skip


def test_tested_is_the_latest_usable_total_or_active_b12():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | value | status | collected_on
        ann        | total_b12  | 200   | final  | 2025-01-31
        ann        | active_b12 | 50    | final  | 2025-03-31
        bob        | total_b12  | 200   | held   | 2025-01-31
        cid        | mma        | 200   | final  | 2025-01-31
    """)  # fmt: skip
    shows(con, "clinical.last_decided", "patient_id | tested_on\nann | 2025-03-31")


def test_the_cause_was_tested_when_both_results_are_on_file():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | finding       | value_reported | status | collected_on
        ann        | intrinsic_factor_antibody | negative      | neg            | final  | 2015-01-31
        ann        | gastrin                   | indeterminate | 90             | final  | 2016-01-31
        bob        | intrinsic_factor_antibody | negative      | neg            | final  | 2015-01-31
        cid        | gastrin                   | indeterminate | 90             | final  | 2015-01-31
        dan        | intrinsic_factor_antibody | negative      | neg            | final  | 2015-01-31
        dan        | gastrin                   | indeterminate | 90             | held   | 2015-01-31
        eve        | intrinsic_factor_antibody | indeterminate | grey zone      | final  | 2015-01-31
        eve        | gastrin                   | indeterminate | 90             | final  | 2015-01-31
        fay        | intrinsic_factor_antibody | negative      | neg            | final  | 2015-01-31
        fay        | intrinsic_factor_antibody | indeterminate | grey zone      | final  | 2016-01-31
        fay        | gastrin                   | indeterminate | 90             | final  | 2015-01-31
    """)  # fmt: skip
    shows(con, "clinical.last_decided", """
        patient_id | is_cause_tested
        ann        | yes
        bob        | no
        cid        | no
        dan        | no
        eve        | no
        fay        | yes
    """)  # fmt: skip


def test_a_low_active_b12_does_not_expire_while_untreated():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | value | collected_on
        ann        | active_b12 | 20    | 2015-01-30
        bob        | active_b12 | 20    | 2015-01-30
        cid        | active_b12 | 20    | 2015-01-30
        dan        | active_b12 | 20    | 2015-01-30
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts        | start_on   | end_on     | status | route
        bob        | b12_mecobalamin | 2025-12-01 |            | active | oral
        cid        | b12_mecobalamin | 2016-01-01 | 2016-06-28 | ended  | oral
        dan        | b12_mecobalamin | 2016-01-01 | 2016-06-29 | ended  | oral
    """)  # fmt: skip
    shows(con, "clinical.last_decided", """
        patient_id | active_b12
        ann        | low
        bob        |
        cid        | low
        dan        |
    """)  # fmt: skip

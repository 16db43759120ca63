"The most recent usable total B12 and its word: banded, on treatment, or stale."

from tests.clinic import clinic, insert, shows


def test_a_result_is_stale_after_24_months_but_a_low_one_while_untreated_never():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | collected_on
        ann        | total_b12 | =          | 400   | 2024-01-31
        bob        | total_b12 | =          | 400   | 2024-01-30
        cid        | total_b12 | =          | 250   | 2024-01-30
        dan        | total_b12 | <          | 400   | 2024-01-30
        eve        | total_b12 | =          | 179   | 2010-01-30
        fay        | total_b12 | =          | 190   | 2010-01-30
        gus        | total_b12 | <          | 200   | 2010-01-30
        hal        | total_b12 | =          | 179   | 2010-01-30
        ida        | total_b12 | =          | 179   | 2010-01-30
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | end_on     | route
        hal        | b12_cyanocobalamin | 2025-12-01 |            | oral
        ida        | b12_cyanocobalamin | 2012-12-01 | 2013-12-01 | oral
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | band           | b12
        ann        | above          | above
        bob        | above          | stale
        cid        | borderline     | stale_borderline
        dan        | uncertain      | stale_borderline
        eve        | low            | low
        fay        | low_molar_only | low_molar_only
        gus        | uncertain_low  | uncertain_low
        hal        | low            | stale
        ida        | low            | treated_since
    """)  # fmt: skip


def test_on_treatment_during_a_b12_era_and_120_days_after_but_low_stays_low():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | end_on     | status | route
        ann        | b12_cyanocobalamin | 2025-06-01 | 2025-08-01 | ended  | oral
        bob        | b12_cyanocobalamin | 2025-06-01 | 2025-08-01 | ended  | oral
        cid        | b12_cyanocobalamin | 2025-06-01 | 2025-08-01 | ended  | oral
        dan        | b12_cyanocobalamin | 2025-06-01 | 2025-08-01 | ended  | oral
        eve        | b12_cyanocobalamin | 2025-06-01 | 2025-08-01 | ended  | oral
        fay        | b12_cyanocobalamin | 2025-06-01 | 2025-08-01 | ended  | oral
        gus        | metformin          | 2025-06-01 | 2025-08-01 | ended  | oral
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | collected_on
        ann        | total_b12 | =          | 400   | 2025-06-01
        bob        | total_b12 | =          | 250   | 2025-11-29
        cid        | total_b12 | =          | 250   | 2025-11-30
        dan        | total_b12 | =          | 400   | 2025-05-31
        eve        | total_b12 | <          | 400   | 2025-07-01
        fay        | total_b12 | =          | 190   | 2025-07-01
        gus        | total_b12 | =          | 400   | 2025-07-01
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | b12
        ann        | on_treatment
        bob        | on_treatment
        cid        | borderline
        dan        | above
        eve        | on_treatment
        fay        | low_molar_only
        gus        | above
    """)  # fmt: skip


def test_late_on_therapy_is_more_than_90_days_after_t0():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | end_on     | route
        ann        | b12_cyanocobalamin | 2025-10-01 |            | oral
        bob        | b12_cyanocobalamin | 2025-10-01 |            | oral
        cid        | b12_cyanocobalamin | 2025-06-01 | 2025-07-01 | oral
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2025-12-30
        bob        | total_b12 | 150   | 2025-12-31
        cid        | total_b12 | 150   | 2025-12-31
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | is_late_on_therapy
        ann        | no
        bob        | yes
        cid        | no
    """)  # fmt: skip


def test_an_earlier_low_is_one_that_is_not_the_deciding_one():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | status    | collected_on
        ann        | total_b12 | =          | 150   | final     | 2020-01-05
        ann        | total_b12 | =          | 250   | final     | 2026-01-05
        bob        | total_b12 | =          | 150   | final     | 2026-01-05
        cid        | total_b12 | <          | 200   | final     | 2020-01-05
        cid        | total_b12 | =          | 250   | final     | 2026-01-05
        dan        | total_b12 | =          | 190   | final     | 2020-01-05
        dan        | total_b12 | =          | 250   | final     | 2026-01-05
        eve        | total_b12 | =          | 150   | held      | 2020-01-05
        eve        | total_b12 | =          | 250   | final     | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | is_low_before
        ann        | yes
        bob        | no
        cid        | yes
        dan        | no
        eve        | no
    """)  # fmt: skip


def test_a_value_before_180_days_of_treatment_that_has_stopped_no_longer_describes_the_patient():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 100   | 2015-01-31
        bob        | total_b12 | 100   | 2015-01-31
        cid        | total_b12 | 400   | 2015-01-31
        dan        | total_b12 | 100   | 2015-01-31
        eve        | total_b12 | 100   | 2015-01-31
        fay        | total_b12 | 100   | 2016-01-31
        gus        | total_b12 | 100   | 2015-01-31
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts        | start_on   | end_on     | status | route
        ann        | b12_mecobalamin | 2016-01-01 | 2016-06-28 | ended  | oral
        bob        | b12_mecobalamin | 2016-01-01 | 2016-06-29 | ended  | oral
        cid        | b12_mecobalamin | 2016-01-01 | 2016-04-01 | ended  | oral
        cid        | b12_mecobalamin | 2018-01-01 | 2018-04-01 | ended  | oral
        dan        | b12_mecobalamin | 2016-01-01 |            | active | oral
        eve        | b12_mecobalamin | 2014-01-01 | 2015-07-31 | ended  | oral
        fay        | b12_mecobalamin | 2014-01-01 | 2016-02-28 | ended  | oral
        gus        | b12_mecobalamin | 2016-01-01 | 2026-01-01 | ended  | oral
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | band  | b12           | is_low_before
        ann        | low   | low           | no
        bob        | low   | treated_since | yes
        cid        | above | treated_since | no
        dan        | low   | stale         | no
        eve        | low   | treated_since | yes
        fay        | low   | low           | no
        gus        | low   | stale         | no
    """)  # fmt: skip


def test_a_borderline_value_that_was_never_followed_up():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | collected_on
        ann        | total_b12 | =          | 250   | 2024-01-31
        bob        | total_b12 | =          | 250   | 2024-01-30
        cid        | total_b12 | =          | 250   | 2023-01-30
        cid        | mma       | =          | 200   | 2022-11-01
        dan        | total_b12 | =          | 250   | 2023-01-30
        dan        | mma       | =          | 200   | 2022-10-31
        eve        | total_b12 | =          | 250   | 2023-01-30
        fay        | total_b12 | =          | 250   | 2023-01-30
        gus        | total_b12 | =          | 250   | 2023-01-30
        gus        | mma       | <          | 300   | 2023-02-01
        hal        | total_b12 | =          | 351   | 2023-01-30
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts        | start_on   | end_on     | status | route
        eve        | b12_mecobalamin | 2023-02-15 | 2023-03-15 | ended  | oral
        fay        | b12_mecobalamin | 2022-01-01 | 2022-02-01 | ended  | oral
    """)  # fmt: skip
    shows(con, "clinical.latest_b12", """
        patient_id | b12
        ann        | borderline
        bob        | stale_borderline
        cid        | stale
        dan        | stale_borderline
        eve        | stale
        fay        | stale_borderline
        gus        | stale_borderline
        hal        | stale
    """)  # fmt: skip

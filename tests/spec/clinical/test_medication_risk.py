"How long metformin and acid suppressants were taken, and what else is active. Protocol §2."

from tests.clinic import clinic, insert, shows


def test_long_term_is_strictly_over_4_calendar_months():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on
        ann        | metformin | 2025-09-14 |
        bob        | metformin | 2025-09-15 |
        cid        | metformin | 2025-09-01 | 2026-01-01
        dan        | metformin | 2025-09-01 | 2026-01-02
        eve        | metformin | 2025-10-31 | 2026-02-28
        fay        | metformin | 2025-02-01 | 2027-02-28
    """)  # fmt: skip
    shows(con, "clinical.medication_risk", """
        patient_id | metformin     | metformin_since
        ann        | long_term     | 2025-09-14
        bob        | shorter       | 2025-09-15
        cid        | shorter       | 2025-09-01
        dan        | long_term     | 2025-09-01
        eve        | shorter       | 2025-10-31
        fay        | long_term     | 2025-02-01
    """)  # fmt: skip


def test_four_months_end_with_the_month_where_the_day_does_not_exist():
    "31 October and 4 months is 28 February"
    for as_of, expected in (("2026-02-28", "shorter"), ("2026-03-01", "long_term")):
        con = clinic(as_of)
        insert(
            con, "lake.medication", "patient_id | concepts | start_on\nann | metformin | 2025-10-31"
        )
        shows(con, "clinical.medication_risk", f"patient_id | metformin\nann | {expected}")


def test_an_era_must_reach_into_the_last_12_months():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on     | status
        ann        | metformin | 2020-01-01 | 2025-01-15 | ended
        bob        | metformin | 2020-01-01 | 2025-01-14 | ended
    """)  # fmt: skip
    shows(con, "clinical.medication_risk", "patient_id | metformin\nann | long_term")


def test_acid_suppressants_are_long_term_as_one_combined_era():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts                       | start_on   | end_on     | status
        ann        | ppi                            | 2025-01-14 |            | active
        bob        | ppi                            | 2025-01-15 |            | active
        cid        | ppi                            | 2024-12-01 | 2025-06-30 | ended
        cid        | h2_blocker                     | 2025-07-15 |            | active
        dan        | ppi                            | 2024-12-01 | 2025-06-30 | ended
        dan        | h2_blocker                     | 2025-08-15 |            | active
        eve        | p_cab                          | 2024-12-01 |            | active
        fay        | ppi_hpylori_pack_short_course  | 2024-12-01 |            | active
    """)  # fmt: skip
    shows(con, "clinical.medication_risk", """
        patient_id | acid_suppressant | acid_suppressant_since
        ann        | long_term        | 2025-01-14
        bob        | shorter          | 2025-01-15
        cid        | long_term        | 2024-12-01
        dan        | shorter          | 2024-12-01
        eve        | long_term        | 2024-12-01
    """)  # fmt: skip


def test_active_means_that_an_era_covers_the_as_of_date():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts     | start_on   | end_on     | status | matched_by
        ann        | folic_acid   | 2025-12-01 | 2026-01-15 | ended  | code
        bob        | folic_acid   | 2025-12-01 | 2026-01-14 | ended  | code
        cid        | folate_other | 2025-12-01 |            | active | name
        cid        | methotrexate | 2025-12-01 |            | active | code
        dan        | multivitamin | 2025-12-01 |            | active | code
    """)  # fmt: skip
    shows(con, "clinical.medication_risk", """
        patient_id | is_on_folic_acid
        ann        | yes
        bob        | no
        cid        | yes
    """)  # fmt: skip

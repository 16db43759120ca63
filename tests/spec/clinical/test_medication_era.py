"Records of a class that overlap or follow within 30 days are one era."

from tests.clinic import clinic, insert, shows


def test_eras_join_at_gaps_up_to_30_days():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on     | status
        ann        | metformin | 2025-01-01 | 2025-01-31 | ended
        ann        | metformin | 2025-03-02 | 2025-03-31 | ended
        bob        | metformin | 2025-01-01 | 2025-01-31 | ended
        bob        | metformin | 2025-03-03 | 2025-03-31 | ended
        cid        | metformin | 2025-01-01 | 2025-12-31 | ended
        cid        | metformin | 2025-02-01 | 2025-02-28 | ended
        cid        | metformin | 2026-01-15 | 2026-01-20 | ended
        dan        | metformin | 2025-01-01 | 2025-01-31 | ended
        dan        | ppi       | 2025-02-01 | 2025-02-28 | ended
        eve        | ppi       | 2025-01-01 | 2025-01-31 | ended
        eve        | h2_blocker| 2025-02-15 | 2025-03-31 | ended
    """)  # fmt: skip
    shows(con, "clinical.medication_era", """
        patient_id | class            | start_on   | end_on     | records
        ann        | metformin        | 2025-01-01 | 2025-03-31 | 2
        bob        | metformin        | 2025-01-01 | 2025-01-31 | 1
        bob        | metformin        | 2025-03-03 | 2025-03-31 | 1
        cid        | metformin        | 2025-01-01 | 2026-01-20 | 3
        dan        | metformin        | 2025-01-01 | 2025-01-31 | 1
        dan        | acid_suppressant | 2025-02-01 | 2025-02-28 | 1
        eve        | acid_suppressant | 2025-01-01 | 2025-03-31 | 2
    """)  # fmt: skip


def test_injections_three_months_apart_are_one_era():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | status       | route
        ann        | b12_hydroxocobalamin | 2025-01-01 | administered | injection
        ann        | b12_hydroxocobalamin | 2025-04-01 | administered | injection
        ann        | b12_hydroxocobalamin | 2025-07-01 | administered | injection
    """)  # fmt: skip
    shows(con, "clinical.medication_era", """
        patient_id | start_on   | end_on     | records
        ann        | 2025-01-01 | 2025-10-02 | 3
    """)  # fmt: skip


def test_an_era_remembers_an_assumed_end_and_is_recent_when_it_reaches_into_the_last_12_months():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts | start_on   | end_on     | status
        ann        | p_cab    | 2024-12-01 | 2025-01-31 | ended
        bob        | p_cab    | 2024-12-01 | 2025-01-30 | ended
        cid        | ppi      | 2025-01-01 | 2025-02-01 | ended
        cid        | ppi      | 2025-02-01 |            | ended
    """)  # fmt: skip
    shows(con, "clinical.medication_era", """
        patient_id | is_recent | is_end_assumed
        ann        | yes       | no
        bob        | no        | no
        cid        | yes       | yes
    """)  # fmt: skip

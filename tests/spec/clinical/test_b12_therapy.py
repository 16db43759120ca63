"B12 therapy on the as-of date: route, form, T0; or lapsed."

from tests.clinic import clinic, insert, shows


def test_im_before_oral_before_an_unknown_route():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | end_on     | status       | route
        ann        | b12_hydroxocobalamin | 2025-12-01 |            | administered | injection
        ann        | b12_cyanocobalamin   | 2025-12-15 |            | active       | oral
        bob        | b12_cyanocobalamin   | 2025-12-01 |            | active       | oral
        bob        | b12_mecobalamin      | 2025-12-01 |            | active       | unknown
        cid        | b12_form_unknown     | 2025-12-01 |            | active       | unknown
        dan        | b12_cyanocobalamin   | 2025-01-01 | 2025-02-01 | ended        | oral
        eve        | b12_mecobalamin      | 2025-12-01 |            | active       | oral
        fay        | metformin            | 2025-12-01 |            | active       | oral
        gus        | b12_hydroxocobalamin | 2025-10-30 |            | administered | injection
        hal        | b12_hydroxocobalamin | 2025-09-29 |            | administered | injection
    """)  # fmt: skip
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\nida | b12_injection_claim | 2026-01-01",
    )
    shows(con, "clinical.b12_therapy", """
        patient_id | b12_therapy   | cyanocobalamin | therapy_start_on | b12_era_on
        ann        | im            | yes            | 2025-12-01       | 2025-12-01
        bob        | oral          | yes            | 2025-12-01       | 2025-12-01
        cid        | route_unknown | form_unknown   | 2025-12-01       | 2025-12-01
        dan        | lapsed        | no             |                  | 2025-01-01
        eve        | oral          | no             | 2025-12-01       | 2025-12-01
        gus        | im            | no             | 2025-10-30       | 2025-10-30
        hal        | lapsed        | no             |                  | 2025-09-29
        ida        | im            | yes            | 2026-01-01       | 2026-01-01
    """)  # fmt: skip


def test_t0_is_the_start_of_the_active_era():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | end_on     | status | route
        ann        | b12_hydroxocobalamin | 2020-01-01 | 2021-01-01 | ended  | oral
        ann        | b12_hydroxocobalamin | 2025-06-01 |            | active | oral
        bob        | b12_hydroxocobalamin | 2025-06-01 | 2025-12-31 | ended  | oral
        bob        | b12_hydroxocobalamin | 2026-01-15 |            | active | oral
    """)  # fmt: skip
    shows(con, "clinical.b12_therapy", """
        patient_id | therapy_start_on
        ann        | 2025-06-01
        bob        | 2025-06-01
    """)  # fmt: skip


def test_a_multivitamin_without_strength_does_not_count_as_therapy():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts     | start_on   | strength_mg | route
        ann        | multivitamin | 2025-06-01 |             | oral
        bob        | multivitamin | 2025-06-01 | 0.05        | oral
    """)  # fmt: skip
    shows(
        con,
        "clinical.b12_therapy",
        "patient_id | b12_therapy | cyanocobalamin\nbob | oral | form_unknown",
    )


def test_therapy_that_ended_at_most_30_days_ago_is_active_and_overdue_as_what_ended_last():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | end_on     | status | route
        ann        | b12_cyanocobalamin   | 2025-06-01 | 2026-01-01 | ended  | oral
        bob        | b12_cyanocobalamin   | 2025-06-01 | 2025-12-31 | ended  | oral
        cid        | b12_hydroxocobalamin | 2025-06-01 | 2025-06-01 | ended  | injection
        cid        | b12_cyanocobalamin   | 2025-07-01 | 2026-01-15 | ended  | oral
        dan        | b12_cyanocobalamin   | 2025-06-01 | 2026-01-31 | ended  | oral
        eve        | b12_hydroxocobalamin | 2025-09-30 | 2025-09-30 | ended  | injection
    """)  # fmt: skip
    shows(con, "clinical.b12_therapy", """
        patient_id | b12_therapy | therapy_start_on | is_overdue | cyanocobalamin | last_covered_on
        ann        | oral        | 2025-06-01       | yes        | yes            | 2026-01-01
        bob        | lapsed      |                  | no         | no             | 2025-12-31
        cid        | oral        | 2025-06-01       | yes        | yes            | 2026-01-15
        dan        | oral        | 2025-06-01       | no         | yes            | 2026-01-31
        eve        | im          | 2025-09-30       | yes        | no             | 2026-01-01
    """)  # fmt: skip

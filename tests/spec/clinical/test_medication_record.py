"From when to when a medication record covers. Protocol §2, Medication eras."

from tests.clinic import clinic, insert, shows


def test_the_end_else_start_and_supply_else_assumed():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on     | days_supply | status       | route
        ann        | metformin | 2025-06-01 | 2025-07-01 | 90          | ended        | oral
        bob        | metformin | 2025-06-01 |            | 90          | active       | oral
        cid        | metformin | 2025-06-01 |            |             | active       | oral
        dan        | metformin | 2025-06-01 |            |             | ended        | oral
        eve        | metformin | 2025-06-01 |            |             | administered | oral
        fay        | metformin | 2025-06-01 | 2025-05-01 |             | ended        | oral
        gus        | metformin | 2025-06-01 | 2027-01-01 |             | active       | oral
        hal        | metformin | 2025-06-01 |            | 0           | ended        | oral
    """)  # fmt: skip
    shows(con, "clinical.medication_record", """
        patient_id | start_on   | end_on     | is_end_assumed
        ann        | 2025-06-01 | 2025-07-01 | no
        bob        | 2025-06-01 | 2025-08-30 | no
        cid        | 2025-06-01 | 2026-01-31 | yes
        dan        | 2025-06-01 | 2025-07-01 | yes
        eve        | 2025-06-01 | 2025-07-01 | yes
        fay        | 2025-06-01 | 2025-07-01 | yes
        gus        | 2025-06-01 | 2027-01-01 | no
        hal        | 2025-06-01 | 2025-06-01 | no
    """)  # fmt: skip


def test_a_b12_injection_covers_at_least_93_days():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | end_on     | days_supply | status       | route
        ann        | b12_hydroxocobalamin | 2025-06-01 | 2025-06-01 |             | administered | injection
        bob        | b12_hydroxocobalamin | 2025-06-01 | 2026-01-01 |             | ended        | injection
        cid        | b12_hydroxocobalamin | 2025-06-01 |            |             | administered | injection
        dan        | b12_hydroxocobalamin | 2025-06-01 |            | 28          | ended        | injection
        eve        | b12_hydroxocobalamin | 2025-06-01 | 2025-06-01 |             | ended        | oral
        fay        | metformin            | 2025-06-01 | 2025-06-01 |             | ended        | injection
        gus        | b12_hydroxocobalamin | 2025-06-01 |            |             | active       | injection
    """)  # fmt: skip
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\nhal | b12_injection_claim | 2025-06-01",
    )
    shows(con, "clinical.medication_record", """
        patient_id | class       | route     | end_on
        ann        | b12_therapy | injection | 2025-09-02
        bob        | b12_therapy | injection | 2026-01-01
        cid        | b12_therapy | injection | 2025-09-02
        dan        | b12_therapy | injection | 2025-09-02
        eve        | b12_therapy | oral      | 2025-06-01
        fay        | metformin   | injection | 2025-06-01
        gus        | b12_therapy | injection | 2026-01-31
        hal        | b12_therapy | injection | 2025-09-02
    """)  # fmt: skip


def test_a_multivitamin_counts_from_a_recorded_strength():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts                | start_on   | end_on     | strength_mg
        ann        | multivitamin            | 2025-06-01 | 2025-07-01 |
        bob        | multivitamin            | 2025-06-01 | 2025-07-01 | 0.049
        cid        | multivitamin            | 2025-06-01 | 2025-07-01 | 0.05
        dan        | folic_acid¦multivitamin | 2025-06-01 | 2025-07-01 | 0.4
        eve        | folic_acid¦multivitamin | 2025-06-01 | 2025-07-01 | 1
        fay        | folic_acid              | 2025-06-01 | 2025-07-01 | 0.4
    """)  # fmt: skip
    shows(con, "clinical.medication_record", """
        patient_id | class        | means
        ann        | multivitamin | form_unknown
        bob        | multivitamin | form_unknown
        cid        | b12_therapy  | form_unknown
        dan        | b12_therapy  | form_unknown
        dan        | multivitamin | folic_acid
        eve        | b12_therapy  | form_unknown
        eve        | folic_acid   | folic_acid
        fay        | folic_acid   | folic_acid
    """)  # fmt: skip


def test_a_record_of_an_unknown_status_counts_for_a_risk_and_not_as_treatment():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | status  | route
        ann        | metformin            | 2025-06-01 | unknown | oral
        bob        | ppi                  | 2025-06-01 | unknown | oral
        cid        | b12_hydroxocobalamin | 2025-06-01 | unknown | injection
        dan        | folic_acid           | 2025-06-01 | unknown | oral
    """)  # fmt: skip
    shows(con, "clinical.medication_record", """
        patient_id | class
        ann        | metformin
        bob        | acid_suppressant
    """)  # fmt: skip

"Conditions and procedures as `b12 explain` shows them."

from tests.clinic import build, clinic, holds, insert


def test_a_finding_that_was_taken_back_counts_nowhere():
    con = clinic()
    insert(con, "lake.condition", """
        patient_id | condition_id | code_system | code  | name           | concepts                    | onset_on   | status    | line
        ann        | c1           | ICD10CM     | G62.9 | Polyneuropathy | neuro_peripheral_neuropathy | 2025-05-05 | counted   | 31
        ann        | c1           | ICD10CM     | G62.9 | Polyneuropathy | neuro_peripheral_neuropathy | 2025-05-05 | retracted | 32
        ann        | c2           | ICD10CM     | G62.9 | Polyneuropathy | neuro_peripheral_neuropathy | 2025-06-06 | counted   | 33
    """)  # fmt: skip
    build(con, "explaining.finding_evidence")
    holds(con, "explaining.finding_evidence", """
        fact  | on_day     | standing  | line
        neuro | 2025-05-05 | retracted | 31
        neuro | 2025-05-05 | retracted | 32
        neuro | 2025-06-06 | counted   | 33
    """)  # fmt: skip

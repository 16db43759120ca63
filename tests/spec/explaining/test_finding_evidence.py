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


def test_a_record_is_taken_back_by_rows_of_its_patient_and_by_rows_that_name_none():
    "Of two patients whose records share an ID, a row that names one leaves the other's as it is"
    con = clinic()
    insert(con, "lake.patient", "patient_id | merged_into\nold | ann")
    insert(con, "lake.condition", """
        patient_id | condition_id | code_system | code  | concepts                    | onset_on   | status    | line
        ann        | c1           | ICD10CM     | G62.9 | neuro_peripheral_neuropathy | 2025-05-05 | counted   | 31
        old        | c1           | ICD10CM     | G62.9 | neuro_peripheral_neuropathy | 2025-05-05 | retracted | 32
        bob        | c1           | ICD10CM     | G62.9 | neuro_peripheral_neuropathy | 2025-05-05 | counted   | 33
        bob        | c2           | ICD10CM     | G62.9 | neuro_peripheral_neuropathy | 2025-05-05 | counted   | 34
        cid        | c2           | ICD10CM     | G62.9 | neuro_peripheral_neuropathy | 2025-05-05 | counted   | 35
    """)  # fmt: skip
    insert(con, "lake.condition", [{"condition_id": "c2", "status": "retracted"}])
    build(con, "explaining.finding_evidence")
    holds(con, "explaining.finding_evidence", """
        surviving_id | patient_id | standing  | line
        ann          | ann        | retracted | 31
        ann          | old        | retracted | 32
        bob          | bob        | counted   | 33
        bob          | bob        | retracted | 34
        cid          | cid        | retracted | 35
    """)  # fmt: skip

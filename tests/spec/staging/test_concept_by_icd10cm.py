"staging.concept_by_icd10cm: WHO ICD-10 is read by way of ICD-10-CM"

from tests.clinic import clinic, holds, landed


def test_the_same_code_or_a_row_with_a_star_that_covers_it():
    con = landed(clinic(), "condition", """
        patient_id | code_system | code  | onset_on
        ann        | ICD10       | O99.84 | 2026-01-05
        ann        | ICD10       | e0942 | 2026-01-05
        ann        | ICD10       | N18.5 | 2026-01-05
        ann        | ICD10CM     | D52.0 | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_icd10cm", """
        code  | concept
        O99.84 | bariatric_status
        O99.84 | pregnancy
        e0942 | neuropathy_diabetic
    """)  # fmt: skip


def test_a_parent_takes_nothing_from_its_children():
    "Z98.84 is bariatric, O99.84 too, Z99.2 dialysis, K91.2 malabsorption; what stands above them is nothing"
    con = landed(clinic(), "condition", """
        patient_id | code_system | code  | onset_on
        ann        | ICD10       | Z98.8 | 2026-01-05
        ann        | ICD10       | O99.8 | 2026-01-05
        ann        | ICD10       | Z99   | 2026-01-05
        ann        | ICD10       | K91   | 2026-01-05
        ann        | ICD10       | G99   | 2026-01-05
        ann        | ICD10       | E72   | 2026-01-05
        ann        | ICD10       | N1    | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_icd10cm", "code | concept")
    holds(con, "staging.concept_by_code", "code | concept")

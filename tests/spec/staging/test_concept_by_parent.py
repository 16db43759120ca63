"staging.concept_by_parent: WHO ICD-10 is read by way of ICD-10-CM"

from tests.clinic import clinic, holds, landed


def test_the_same_code_else_what_all_codes_below_share():
    con = landed(clinic(), "condition", """
        patient_id | code_system | code  | onset_on
        ann        | ICD10       | G43   | 2026-01-05
        ann        | ICD10       | E53.8 | 2026-01-05
        ann        | ICD10       | N18.5 | 2026-01-05
        ann        | ICD10       | D52   | 2026-01-05
        ann        | ICD10       | G99   | 2026-01-05
        ann        | ICD10       | K14   | 2026-01-05
        ann        | ICD10       | G4    | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_parent", """
        code  | concept
        E53.8 | b12_deficiency_nonspecific
        N18.5 | ckd_stage3_5
        D52   | folate_deficiency_anaemia
        G99   | neuro_definite_myelopathy
        K14   | glossitis
    """)  # fmt: skip


def test_a_parent_whose_children_differ_says_nothing():
    "K90 holds coeliac disease and other malabsorption, G44 primary and secondary headaches; only ICD10 is read by its parents"
    con = landed(clinic(), "condition", """
        patient_id | code_system | code | onset_on
        ann        | ICD10       | E72  | 2026-01-05
        ann        | ICD10       | K90  | 2026-01-05
        ann        | ICD10       | G44  | 2026-01-05
        ann        | ICD10       | N1   | 2026-01-05
        ann        | ICD10CM     | D52  | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_parent", """
        code | concept
        E72  | exclude_mma_confounder_inborn_error
    """)  # fmt: skip

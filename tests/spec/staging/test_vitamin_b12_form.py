"staging.vitamin_b12_form: RxNorm 11248 alone means only vitamin B12; a name may say which form it is"

from tests.clinic import clinic, holds, landed


def test_the_form_that_the_name_says_else_unknown():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code       | name                   | start_on
        ann        | RXNORM      | 11248      |                        | 2026-01-05
        ann        | RXNORM      | 11248      | vitamin B12            | 2026-01-05
        ann        | RXNORM      | 11248      | cyanocobalamin 1 mg/mL | 2026-01-05
        ann        |             | 11248      | methylcobalamin 1 mg   | 2026-01-05
        ann        | RXNORM      | 6809       | cyanocobalamin         | 2026-01-05
        ann        | UNII        | 11248      | cyanocobalamin         | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.vitamin_b12_form", """
        code_system | name                   | concept
        RXNORM      |                        | b12_form_unknown
        RXNORM      | vitamin B12            | b12_form_unknown
        RXNORM      | cyanocobalamin 1 mg/mL | b12_cyanocobalamin
                    | methylcobalamin 1 mg   | b12_mecobalamin
    """)  # fmt: skip

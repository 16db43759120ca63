"staging.concept_by_name: a drug is known by whole words of its name when its code is not"

from tests.clinic import clinic, holds, landed


def test_whole_words_of_the_name_where_the_code_is_unknown():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code         | name                                | start_on
        ann        | RXNORM      | 6809         | omeprazole                          | 2026-01-05
        ann        | RXNORM      | 999          | METFORMIN hydrochloride 500 MG      | 2026-01-05
        ann        | NAME        | metforminoid |                                     | 2026-01-05
        ann        |             |              | famotidine 20 mg                    | 2026-01-05
        ann        | NAME        | a            | folic acid + cyanocobalamin         | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_name", """
        name                           | concept
        METFORMIN hydrochloride 500 MG | metformin
        famotidine 20 mg               | h2_blocker
        folic acid + cyanocobalamin    | b12_cyanocobalamin
        folic acid + cyanocobalamin    | folic_acid
    """)  # fmt: skip


def test_a_more_exact_name_rules_out_vitamin_b12_and_a_radiolabelled_one_everything():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code | name                           | start_on
        ann        | NAME        | a    | Vitamin B-12 1000 mcg          | 2026-01-05
        ann        | NAME        | b    | Vitamin B12 (hydroxycobalamin) | 2026-01-05
        ann        | NAME        | c    | cyanocobalamin Co-57           | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_name", """
        code | concept
        a    | b12_form_unknown
        b    | b12_hydroxocobalamin
        c    | EXCLUDE_radiolabelled
    """)  # fmt: skip


def test_folinic_acid_is_a_rescue_and_not_folic_acid():
    "Beside another drug it says nothing; that it is called a derivative of folic acid makes it none"
    con = landed(clinic(), "medication", """
        patient_id | code_system | code | name                                        | start_on
        ann        | NAME        | a    | Leucovorin calcium 15 mg tab                | 2026-01-05
        ann        | NAME        | b    | Calcium folinate (folic acid derivative)    | 2026-01-05
        ann        | NAME        | c    | Folinic acid / mecobalamin / folic acid     | 2026-01-05
        ann        | NAME        | d    | Folic acid 5 mg                             | 2026-01-05
        ann        | NAME        | e    | Methotrexate with leucovorin rescue         | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_name", """
        code | concept
        a    | leucovorin_rescue_NOT_FOLIC_ACID
        b    | leucovorin_rescue_NOT_FOLIC_ACID
        c    | b12_mecobalamin
        d    | folic_acid
        e    | methotrexate
    """)  # fmt: skip


def test_a_brand_that_is_a_trap_is_named_as_one():
    con = landed(clinic(), "medication", """
        patient_id | code_system | code | name                                   | start_on
        ann        | NAME        | a    | Cyanokit (hydroxocobalamin) 5 g        | 2026-01-05
        ann        | NAME        | b    | Prevpac lansoprazole 30 mg, antibiotic | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.concept_by_name", """
        code | concept
        a    | b12_hydroxocobalamin
        a    | b12_hydroxocobalamin_ANTIDOTE_not_replacement
        b    | ppi
        b    | ppi_hpylori_pack_short_course
    """)  # fmt: skip

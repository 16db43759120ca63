"staging.named_drug: the names that stand in a drug's own name; the longest wins"

from tests.clinic import clinic, holds, landed


def with_cytamen():
    "Cytamen is cyanocobalamin, Neo-Cytamen hydroxocobalamin"
    con = clinic()
    con.execute(
        "insert into protocol.drug_name (concept, name) values ('b12_cyanocobalamin_injection', 'cytamen')"
    )
    return con


def test_a_name_that_a_longer_one_covers_is_not_its_own():
    con = landed(with_cytamen(), "medication", """
        patient_id | code_system | code                                  | name                | start_on
        ann        | NAME        | Cytamen 1000 mcg inj                  |                     | 2026-01-05
        ann        | NAME        | NEO-CYTAMEN 1000 mcg inj              |                     | 2026-01-05
        ann        | NAME        | Neo-Cytamen Neo-Cytamen               |                     | 2026-01-05
        ann        | NAME        | Neo-Cytamen, formerly Cytamen         |                     | 2026-01-05
        ann        | RXNORM      | 999                                   | Neocytamen          | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.named_drug", """
        code                          | drug_name   | concept
        Cytamen 1000 mcg inj          | cytamen     | b12_cyanocobalamin_injection
        NEO-CYTAMEN 1000 mcg inj      | neo cytamen | b12_hydroxocobalamin_product
        Neo-Cytamen Neo-Cytamen       | neo cytamen | b12_hydroxocobalamin_product
        Neo-Cytamen, formerly Cytamen | neo cytamen | b12_hydroxocobalamin_product
        Neo-Cytamen, formerly Cytamen | cytamen     | b12_cyanocobalamin_injection
    """)  # fmt: skip


def test_a_combination_counts_for_each_ingredient_at_its_place():
    con = landed(with_cytamen(), "medication", """
        patient_id | code_system | code | name                                    | start_on
        ann        | NAME        | a    | Neo-Cytamen + folic acid + metformin    | 2026-01-05
        ann        | NAME        | b    | Mécobalamine                            | 2026-01-05
        ann        | NAME        | c    | mecobalamine/acide folique              | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.named_drug", """
        code | concept
        a    | b12_hydroxocobalamin_product
        a    | folic_acid
        a    | metformin
        b    | b12_mecobalamin
        c    | b12_mecobalamin
        c    | folic_acid
    """)  # fmt: skip

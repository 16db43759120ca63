"Which classes a coded medication counts for: a combination for each ingredient, a trap for none."

from tests.clinic import clinic, insert, shows


def test_classes():
    con = clinic()
    insert(con, "lake.medication", """
        patient_id | concepts                                       | start_on
        ann        | metformin                                      | 2026-01-05
        ann        | ppi                                            | 2026-01-05
        ann        | p_cab                                          | 2026-01-05
        ann        | b12_cyanocobalamin¦folic_acid                  | 2026-01-05
        ann        | b12_form_unknown¦folic_acid¦multivitamin       | 2026-01-05
        ann        | b12_hydroxocobalamin_ANTIDOTE_not_replacement  | 2026-01-05
        ann        | EXCLUDE_radiolabelled¦b12_cyanocobalamin       | 2026-01-05
        ann        | ppi_hpylori_pack_short_course                  | 2026-01-05
        ann        | methotrexate                                   | 2026-01-05
        ann        | nitrous_oxide                                  | 2026-01-05
        ann        | nice_risk_drug                                 | 2026-01-05
    """)  # fmt: skip
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\nann | b12_injection_claim | 2026-01-05\nann | ileal_resection | 2026-01-05",
    )
    shows(con, "clinical.medication_class", """
        concepts                                 | class            | means            | is_multivitamin
        metformin                                | metformin        | metformin        | no
        ppi                                      | acid_suppressant | acid_suppressant | no
        p_cab                                    | acid_suppressant | acid_suppressant | no
        b12_cyanocobalamin¦folic_acid            | b12_therapy      | cyanocobalamin   | no
        b12_cyanocobalamin¦folic_acid            | folic_acid       | folic_acid       | no
        b12_form_unknown¦folic_acid¦multivitamin | b12_therapy      | form_unknown     | yes
        b12_form_unknown¦folic_acid¦multivitamin | b12_therapy      | multivitamin     | yes
        b12_form_unknown¦folic_acid¦multivitamin | folic_acid       | folic_acid       | yes
        methotrexate                             | methotrexate     | methotrexate     | no
        b12_injection_claim                      | b12_therapy      | cyanocobalamin   | no
    """)  # fmt: skip

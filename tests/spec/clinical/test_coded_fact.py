"Diet, pregnancy and an earlier deficiency, as coded."

from tests.clinic import clinic, insert, shows


def test_diet():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                    | code       | onset_on   | abated_on
        ann        | vegan_diet                  | vegan      | 2020-01-01 |
        bob        | vegetarian_diet             | 765021002  | 2020-01-01 |
        cid        | diet                        | vegetarian | 2020-01-01 |
        dan        | strict_vegetarian           | strict_vegetarian | 2020-01-01 |
        eve        | vegan_diet                  | vegan      | 2020-01-01 | 2025-01-01
        fay        | vegetarian_diet             | 765021002  | 2020-01-01 |
        fay        | vegan_anaemia               | 234360003  | 2021-01-01 |
        gus        | NOT_EVIDENCE_diet_education | 183071001  | 2020-01-01 |
    """)  # fmt: skip
    shows(con, "clinical.coded_fact", """
        patient_id | is_strict_vegetarian | is_strictness_unknown | diet_on
        ann        | yes                  | no                    | 2020-01-01
        bob        | yes                  | yes                   | 2020-01-01
        cid        | yes                  | yes                   | 2020-01-01
        dan        | yes                  | no                    | 2020-01-01
        eve        | no                   |                       |
        fay        | yes                  | no                    | 2020-01-01
        gus        | no                   |                       |
    """)  # fmt: skip


def test_pregnancy_counts_for_300_days():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts  | onset_on   | abated_on
        ann        | pregnancy | 2025-04-06 |
        bob        | pregnancy | 2025-04-05 |
        cid        | pregnancy | 2025-05-01 | 2025-12-01
    """)  # fmt: skip
    shows(con, "clinical.coded_fact", "patient_id | is_pregnant\nann | yes\nbob | no\ncid | yes")


def test_a_coded_deficiency_was_there_before_but_not_the_nonspecific_code():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                   | onset_on   | status  | matched_by
        ann        | b12_deficiency             | 2010-01-01 | abated  | code
        bob        | b12_deficiency_anaemia     | 2010-01-01 | counted | parent
        cid        | b12_deficiency_uk_read     | 2010-01-01 | counted | code
        dan        | b12_deficiency_nonspecific | 2010-01-01 | counted | code
        eve        | exclude_transcobalamin_deficiency | 2010-01-01 | counted | code
    """)  # fmt: skip
    shows(con, "clinical.coded_fact", """
        patient_id | is_deficiency_coded
        ann        | yes
        bob        | yes
        cid        | yes
        dan        | no
        eve        | no
    """)  # fmt: skip

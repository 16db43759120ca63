"A coded deficiency, the one recorded first. Protocol §2."

from tests.clinic import clinic, insert, shows


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
    shows(con, "clinical.deficiency_before", """
        patient_id | deficiency_on
        ann        | 2010-01-01
        bob        | 2010-01-01
        cid        | 2010-01-01
    """)  # fmt: skip

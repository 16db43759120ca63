"explaining.fact_difference: the facts whose answer differs between two runs"

from tests.clinic import build, clinic, insert, shows


def test_facts_and_reported_values_that_differ_and_nothing_that_was_decided():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        rises      | total_b12 | 110   | 2026-01-05
        same       | total_b12 | 110   | 2026-01-05
        goes       | total_b12 | 110   | 2026-01-05
    """)  # fmt: skip
    build(con)
    con.execute("create table lake.assessment_before as from screening.assessment")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        rises      | total_b12 | 450   | 2026-01-06
        comes      | total_b12 | 110   | 2026-01-06
    """)  # fmt: skip
    build(con)
    con.execute(
        "create table lake.assessment_after as from screening.assessment where patient_id <> 'goes'"
    )
    shows(con, "explaining.fact_difference", """
        patient_id | fact              | answer_before | answer_after
        rises      | b12               | low           | above
        rises      | b12_reported      | 110 pg/mL     | 450 pg/mL
        rises      | neuro_300         | yes           | no
        rises      | deficiency_before | no            | yes
    """)  # fmt: skip

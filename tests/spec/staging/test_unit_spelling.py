"staging.unit_spelling: each delivered unit once, and the unit it spells"

from tests.clinic import clinic, holds, landed


def test_each_spelling_once_blank_and_unknown_ones_told_apart():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | unit      | value
        ann        | 2132-9 | PG/ML     | 165
        ben        | 2132-9 | PG/ML     | 166
        ann        | 2132-9 | picograms/mL | 165
        ann        | 2132-9 | furlong   | 165
        ann        | 2132-9 | ""        | 165
    """)  # fmt: skip
    holds(con, "staging.unit_spelling", """
        delivered    | unit  | is_blank
        PG/ML        | pg/mL | no
        picograms/mL | pg/mL | no
        furlong      |       | no
        ""           |       | yes
    """)  # fmt: skip


def test_the_sites_map_comes_first():
    con = clinic()
    con.execute("create schema landing")
    con.execute("create table landing.local_unit (spelling varchar, unit varchar)")
    con.execute("insert into landing.local_unit values (unit_key('PG pro ML'), 'pg/ml')")
    con = landed(
        con, "lab_result", "patient_id | code | unit | value\nann | 2132-9 | pg pro ml | 165"
    )
    holds(con, "staging.unit_spelling", "delivered | unit\npg pro ml | pg/mL")

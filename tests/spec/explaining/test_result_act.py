"explaining.result_act: what became of the B12 on which the run before rested"

from tests.clinic import clinic, insert, shows


def test_what_the_run_before_had_not_seen_withdraws_or_corrects_it():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | accession_id | analyte   | value | collected_on | status    | file    | line | sha256
        ann        | r1        |              | total_b12 | 110   | 2026-01-05   | final     | one.csv | 2    | x
        ann        | r1        |              |           |       |              | retracted | two.csv | 3    | y
        ben        | r2        | a1           | total_b12 | 110   | 2026-01-05   | final     | one.csv | 4    | x
        ben        | r3        | a1           | total_b12 | 450   | 2026-01-05   | corrected | two.csv | 5    | y
        cid        | r4        |              | total_b12 | 110   | 2026-01-05   | final     | one.csv | 6    | x
        cid        | r4        |              | total_b12 | 120   | 2026-01-05   | corrected | one.csv | 7    | x
        dan        | r5        |              | total_b12 | 110   | 2026-01-05   | final     | one.csv | 8    | x
    """)  # fmt: skip
    con.execute("create table lake.delivery_before as select 'x' as sha256")
    con.execute(
        "create table lake.assessment_before as from (values ('ann', 'one.csv:2'), ('ben', 'one.csv:4'), ('cid', 'one.csv:6'), "
        "('dan', 'one.csv:8')) as row(patient_id, b12_source)"
    )
    con.execute(
        "create table lake.assessment_after as from (values ('ben', 'two.csv:5'), ('cid', 'one.csv:7'), ('dan', 'one.csv:8')) "
        "as row(patient_id, b12_source)"
    )
    shows(con, "explaining.result_act", """
        patient_id | acts
        ann        | result withdrawn by two.csv:3
        ben        | result corrected by two.csv:5
    """)  # fmt: skip

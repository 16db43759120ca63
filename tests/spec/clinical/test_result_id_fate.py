"clinical.result_id_fate: what the rows of one result id make of one another. Protocol §1, Status and Corrections."

from tests.clinic import clinic, insert, shows


def test_only_rows_that_another_row_of_their_id_overrules():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | status    | value | collected_on | reported_at       | line
        ann        | r1        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 2
        ann        | r1        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | 3
        ann        | r2        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 4
        ann        | r2        |           | retracted |       |              | 2026-01-07 10:00Z | 5
        ann        | r3        | total_b12 | held      | 165   | 2026-01-05   | 2026-01-06 10:00Z | 6
        ann        | r3        | total_b12 | finalised |       | 2026-01-05   | 2026-01-07 10:00Z | 7
        ann        | r4        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 8
    """)  # fmt: skip
    shows(con, "clinical.result_id_fate", """
        line | result_id | fate
        2    | r1        | superseded
        4    | r2        | retracted
        5    | r2        | retracted
        6    | r3        | finalised
        7    | r3        | superseded
    """)  # fmt: skip


def test_two_values_of_one_id_at_one_time_are_in_conflict_final_or_corrected():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | status    | value | collected_on | reported_at       | line
        ann        | r1        | total_b12 | corrected | 165   | 2026-01-05   | 2026-01-06 10:00Z | 2
        ann        | r1        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-06 10:00Z | 3
        ann        | r2        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 4
        ann        | r2        | total_b12 | final     | 450   | 2026-01-05   | 2026-01-06 10:00Z | 5
        ann        | r3        | total_b12 | held      | 165   | 2026-01-05   | 2026-01-06 10:00Z | 6
        ann        | r3        | total_b12 | held      | 450   | 2026-01-05   | 2026-01-06 10:00Z | 7
    """)  # fmt: skip
    shows(con, "clinical.result_id_fate", """
        line | result_id | fate
        2    | r1        | in_conflict
        3    | r1        | in_conflict
        4    | r2        | in_conflict
        5    | r2        | in_conflict
    """)  # fmt: skip

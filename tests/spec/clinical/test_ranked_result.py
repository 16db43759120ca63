"clinical.ranked_result: which row of a repeated result id was said last. Protocol §1, Status and Corrections."

from tests.clinic import clinic, insert, shows


def test_without_a_time_of_report_a_retraction_comes_last_and_a_correction_after_every_final_result():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | status    | value | collected_on | reported_at       | line
        ann        | r1        | total_b12 | corrected | 450   | 2026-01-05   |                   | 2
        ann        | r1        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 3
        ann        | r2        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-09 10:00Z | 4
        ann        | r2        |           | retracted |       |              |                   | 5
    """)  # fmt: skip
    shows(con, "clinical.ranked_result", """
        line | rank | last_status
        2    | 1    | corrected
        3    | 2    | corrected
        4    | 2    | retracted
        5    | 1    | retracted
    """)  # fmt: skip


def test_reported_together_the_status_decides_and_equal_rows_share_a_rank():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | status    | value | collected_on | reported_at       | line
        ann        | r1        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 2
        ann        | r1        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-06 10:00Z | 3
        ann        | r2        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 4
        ann        | r2        | total_b12 | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z | 5
        ann        | r3        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 6
    """)  # fmt: skip
    shows(con, "clinical.ranked_result", """
        line | rank
        2    | 2
        3    | 1
        4    | 1
        5    | 1
    """)  # fmt: skip


def test_of_a_source_that_says_so_the_latest_delivered_ranks_first():
    con = clinic()
    insert(con, "lake.delivery", """
        source | sha256 | received_at | is_later_delivery_winning
        ehr    | one    | 2026-01-06  | yes
        ehr    | two    | 2026-01-07  | yes
        lab    | three  | 2026-01-06  | no
        lab    | four   | 2026-01-07  | no
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | source | sha256 | result_id | analyte   | value | collected_on | line
        ann        | ehr    | one    | r1        | total_b12 | 165   | 2026-01-05   | 2
        ann        | ehr    | two    | r1        | total_b12 | 170   | 2026-01-05   | 3
        ann        | lab    | three  | r1        | total_b12 | 165   | 2026-01-05   | 4
        ann        | lab    | four   | r1        | total_b12 | 170   | 2026-01-05   | 5
    """)  # fmt: skip
    shows(con, "clinical.ranked_result", """
        line | rank
        2    | 2
        3    | 1
        4    | 1
        5    | 1
    """)  # fmt: skip


def test_the_last_row_with_a_value():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | status    | value | collected_on | reported_at       | line
        ann        | r1        | total_b12 | held      | 160   | 2026-01-05   | 2026-01-05 10:00Z | 2
        ann        | r1        | total_b12 | held      | 165   | 2026-01-05   | 2026-01-06 10:00Z | 3
        ann        | r1        | total_b12 | finalised |       | 2026-01-05   | 2026-01-07 10:00Z | 4
    """)  # fmt: skip
    shows(con, "clinical.ranked_result", """
        line | rank | last_status | is_last_with_value
        2    | 3    | finalised   | no
        3    | 2    | finalised   | yes
        4    | 1    | finalised   | no
    """)  # fmt: skip

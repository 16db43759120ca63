"clinical.accession_fate: what corrections and retractions of another id do to the results of their accession"

from tests.clinic import clinic, insert, shows


def test_a_later_correction_supersedes_and_a_later_retraction_withdraws():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | accession_id | result_id | analyte   | status    | value | collected_on | reported_at       | line
        ann        | a1           | r1        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 2
        ann        | a1           | r2        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | 3
        ann        | a1           | r3        | mma       | final     | 300   | 2026-01-05   | 2026-01-06 10:00Z | 4
        ann        | a2           | r4        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 5
        ann        | a2           | r5        |           | retracted |       |              | 2026-01-07 10:00Z | 6
        ann        | a3           | r6        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-08 10:00Z | 7
        ann        | a3           | r7        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | 8
        bob        | a1           | r8        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | 9
    """)  # fmt: skip
    shows(con, "clinical.accession_fate", """
        line | fate
        2    | superseded
        5    | withdrawn
    """)  # fmt: skip


def test_a_correction_that_names_a_held_result_acts_on_that_one_alone():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | accession_id | result_id | analyte   | status    | value | collected_on | reported_at
        ann        | a1           | r1        | total_b12 | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z
        ann        | a1           | r1        | total_b12 | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z
        ann        | a1           | r2        | total_b12 | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z
    """)  # fmt: skip
    shows(con, "clinical.accession_fate", "line | fate")

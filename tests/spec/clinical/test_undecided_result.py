"What is on file and newer than the result that decides, or where none does, and why not. Protocol §4, Reasons in full."

from tests.clinic import clinic, insert, shows


def test_the_last_of_each_analyte_that_no_result_decides():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | comparator | value | status    | result_id | collected_on
        ann        | mma        | <          | 400   | final     |           | 2026-01-05
        ann        | total_b12  | =          | 250   | held      |           | 2026-01-05
        ann        | total_b12  | =          | 260   | held      |           | 2025-01-05
        ann        | total_b12  | =          | 270   | final     |           | 2026-02-05
        bob        | active_b12 | <          | 50    | final     |           | 2026-01-05
        dan        | total_b12  | =          | 250   | retracted | r         | 2026-01-05
        eve        | folate     | =          | 5     | held      |           | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.undecided_result", """
        patient_id | undecided_b12                                           | undecided_active_b12                                                  | undecided_mma
        ann        | B12 250 pg/mL on 2026-01-05 is not final                |                                                                       | MMA <400 nmol/L on 2026-01-05 crosses an edge and cannot decide
        bob        |                                                         | active B12 <50 pmol/L on 2026-01-05 crosses an edge and cannot decide |
        dan        | B12 250 pg/mL on 2026-01-05 was retracted by its source |                                                                       |
    """)  # fmt: skip


def test_beside_a_result_that_decides_a_newer_one_that_does_not():
    "A preliminary result may be the low one: who reads the list should know that it is there"
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | status    | result_id | collected_on | reported_at
        ann        | total_b12 | =          | 640   | final     |           | 2025-06-05   |
        ann        | total_b12 | =          | 150   | held      |           | 2026-01-05   |
        bob        | total_b12 | =          | 640   | final     |           | 2026-01-05   |
        bob        | total_b12 | =          | 150   | held      |           | 2025-06-05   |
        cid        | mma       | =          | 300   | final     |           | 2025-01-05   |
        cid        | mma       | <          | 400   | final     |           | 2026-01-05   |
        dan        | total_b12 | =          | 95    | final     | r         | 2026-01-05   | 2026-01-06
        dan        | total_b12 | =          | 950   | corrected | r         | 2026-01-05   | 2026-01-07
    """)  # fmt: skip
    shows(con, "clinical.undecided_result", """
        patient_id | undecided_b12                                   | undecided_mma
        ann        | a newer B12 150 pg/mL on 2026-01-05 is not final |
        cid        |                                                 | a newer MMA <400 nmol/L on 2026-01-05 crosses an edge and cannot decide
    """)  # fmt: skip


def test_a_message_that_makes_a_held_result_final_is_no_result_of_its_own():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte | comparator | value | status    | result_id | collected_on | reported_at
        ann        | mma     | <          | 400   | held      | r         | 2026-01-05   | 2026-01-06
        ann        | mma     |            |       | finalised | r         | 2026-01-06   | 2026-01-07
    """)  # fmt: skip
    shows(con, "clinical.undecided_result", """
        patient_id | undecided_mma
        ann        | MMA <400 nmol/L on 2026-01-05 crosses an edge and cannot decide
    """)  # fmt: skip

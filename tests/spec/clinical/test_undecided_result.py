"What is on file of an analyte of which no result decides, and why. Protocol §4, Reasons in full."

from tests.clinic import clinic, insert, shows


def test_the_last_of_each_analyte_that_no_result_decides():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | comparator | value | status    | result_id | collected_on
        ann        | mma        | <          | 400   | final     |           | 2026-01-05
        ann        | total_b12  | =          | 250   | held      |           | 2026-01-05
        ann        | total_b12  | =          | 260   | held      |           | 2025-01-05
        bob        | active_b12 | <          | 50    | final     |           | 2026-01-05
        cid        | mma        | =          | 300   | final     |           | 2025-01-05
        cid        | mma        | <          | 400   | final     |           | 2026-01-05
        dan        | total_b12  | =          | 250   | retracted | r         | 2026-01-05
        eve        | folate     | =          | 5     | held      |           | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.undecided_result", """
        patient_id | undecided_b12                           | undecided_active_b12                                              | undecided_mma
        ann        | B12 250 pg/mL on 2026-01-05 is not final |                                                                  | MMA <400 nmol/L on 2026-01-05 crosses an edge and cannot decide
        bob        |                                         | active B12 <50 pmol/L on 2026-01-05 crosses an edge and cannot decide |
        dan        | B12 250 pg/mL on 2026-01-05 is not usable |                                                                 |
    """)  # fmt: skip

"bucket.measured_b12: the total B12 results by which the gate compares medians"

from tests.clinic import insert, shows
from tests.gates import gated


def test_censored_and_retracted_results_are_left_out_and_superseded_ones_stay():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | comparator | status    | collected_on | reported_at | performing_lab
        ann        | r1        | total_b12 | 400   | =          | final     | 2026-01-01   | 2026-01-01  | North
        ann        | r1        | total_b12 | 410   | =          | corrected | 2026-01-01   | 2026-01-02  | North
        bob        | r2        | total_b12 | 420   | <          | final     | 2026-01-01   | 2026-01-01  |
        bob        | r3        | total_b12 | 430   | =          | held      | 2026-01-01   | 2026-01-01  |
        cid        | r4        | total_b12 | 440   | =          | retracted | 2026-01-01   | 2026-01-01  |
        cid        | r5        | mma       | 450   | =          | final     | 2026-01-01   | 2026-01-01  |
    """)  # fmt: skip
    shows(con, "bucket.measured_b12", """
        performing_lab              | unit  | source    | fate
        North                       | pg/mL | canonical | superseded
        North                       | pg/mL | canonical | usable
        the laboratory of canonical | pg/mL | canonical | held
    """)  # fmt: skip

"bucket.recent_b12: the usable total B12 results of the last months, by laboratory"

from tests.clinic import insert, shows
from tests.gates import gated


def test_old_and_censored_results_are_left_out():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | comparator | collected_on | performing_lab
        ann        | total_b12 | 150   | =          | 2026-01-01   | North
        bob        | total_b12 | 400   | =          | 2025-08-01   |
        cid        | total_b12 | 150   | <          | 2026-01-01   | North
        dan        | total_b12 | 400   | =          | 2020-01-01   | North
        eve        | mma       | 400   | =          | 2026-01-01   | North
    """)  # fmt: skip
    shows(con, "bucket.recent_b12", """
        performing_lab              | unit  | value | is_low
        North                       | pg/mL | 150   | yes
        the laboratory of canonical | pg/mL | 400   | no
    """)  # fmt: skip

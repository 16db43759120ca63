"reporting.lab_b12_histogram: B12 results by laboratory, unit and bin on a log scale"

from tests.clinic import insert, shows
from tests.gates import b12, gated


def test_a_bin_holds_its_lower_edge_and_each_doubling_is_four_bins():
    con = gated()
    b12(con, [49.9, 50, 59, 59.5, 100, 199.9, 200, 3199, 3200, 90000])
    shows(con, "reporting.lab_b12_histogram", """
        performing_lab | unit  | bin | low    | high   | results
        North          | pg/mL | 0   |        | 50     | 1
        North          | pg/mL | 1   | 50     | 59.5   | 2
        North          | pg/mL | 2   | 59.5   | 70.7   | 1
        North          | pg/mL | 5   | 100    | 118.9  | 1
        North          | pg/mL | 8   | 168.2  | 200    | 1
        North          | pg/mL | 9   | 200    | 237.8  | 1
        North          | pg/mL | 24  | 2690.9 | 3200   | 1
        North          | pg/mL | 25  | 3200   |        | 2
    """)  # fmt: skip


def test_what_does_not_count_and_who_measured():
    con = gated(as_of="2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | comparator | status    | source
        ann        | total_b12 | 200   | 2025-02-01   | =          | final     | east
        ann        | total_b12 | 200   | 2025-01-31   | =          | final     | east
        ann        | total_b12 | 200   | 2026-01-01   | <          | final     | east
        ann        | total_b12 | 200   | 2026-01-02   | =          | retracted | east
        ann        | mma       | 200   | 2026-01-03   | =          | final     | east
    """)  # fmt: skip
    shows(con, "reporting.lab_b12_histogram", """
        performing_lab         | unit  | bin | results
        the laboratory of east | pg/mL | 9   | 1
    """)  # fmt: skip

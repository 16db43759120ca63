"reporting.new_result_range: new accepted results outside the hard limits"

from tests.clinic import insert, shows
from tests.gates import gated, published


def test_results_outside_are_counted_and_the_limits_themselves_are_inside():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | value  | sha256 | collected_on
        ann        | total_b12                 | 5      | new    | 2026-01-01
        ann        | total_b12                 | 200000 | new    | 2026-01-01
        ann        | total_b12                 | 4.9    | new    | 2026-01-01
        ann        | total_b12                 | 1      | old    | 2026-01-01
        ann        | mma                       | 0.4    | new    | 2026-01-01
        ann        | haemoglobin               |        | new    | 2026-01-01
        ann        | intrinsic_factor_antibody |        | new    | 2026-01-01
    """)  # fmt: skip
    published(con, "old")
    shows(con, "reporting.new_result_range", """
        analyte   | results | results_outside
        total_b12 | 3       | 1
        mma       | 1       | 1
    """)  # fmt: skip


def test_retractions_are_left_out():
    con = gated()
    insert(
        con,
        "lake.lab_result",
        [
            {
                "patient_id": "ann",
                "analyte": "mcv",
                "value": "9",
                "collected_on": "2026-01-21",
                "status": "retracted",
            }
        ],
    )
    shows(con, "reporting.new_result_range", "analyte | results | results_outside")

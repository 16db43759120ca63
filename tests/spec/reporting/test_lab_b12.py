"reporting.lab_b12: how the B12 results of each laboratory and unit are spread, against its other units and against all"

import pytest

from tests.clinic import holds, insert, shows
from tests.gates import b12, gated, skewed

MOLAR = 1.35537


def test_the_spread_of_a_laboratory_and_unit():
    con = gated()
    b12(con, [100, 170, 179.9, 180, 300, 400, 500, 600, 700, 800, 1000])
    shows(con, "reporting.lab_b12", """
        performing_lab | unit  | results | p5  | p25 | median | p75 | p95 | share_low | ratio_to_other_units | ratio_to_all
        North          | pg/mL | 11      | 135 | 180 | 400    | 650 | 900 | 0.2727    |                      | 1
    """)  # fmt: skip


def test_a_mislabelled_unit_stands_beside_the_others():
    con = gated()
    b12(con, skewed(101))
    b12(con, [value / MOLAR for value in skewed(101)], unit="ng/L", file="two.csv")
    shows(con, "reporting.lab_b12", """
        unit  | results | median | median_other_units | ratio_to_other_units | is_suspected_mix_up
        ng/L  | 101     | 368.9  | 500                | 0.738                | yes
        pg/mL | 101     | 500    | 368.9              | 1.355                | yes
    """)  # fmt: skip


def test_an_honest_other_unit_shows_no_ratio_to_speak_of():
    con = gated()
    b12(con, skewed(101))
    b12(con, [value / MOLAR for value in skewed(101)], unit="pmol/L", factor=MOLAR, file="two.csv")
    shows(con, "reporting.lab_b12", """
        unit   | median | ratio_to_other_units | ratio_to_all | is_suspected_mix_up
        pmol/L | 500    | 1                    | 1            | no
        pg/mL  | 500    | 1                    | 1            | no
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("results", "ratio", "is_suspected_mix_up"),
    [
        (101, 0.67, "yes"),  # within 12 % of 0.738
        (101, 0.65, "no"),
        (101, 0.84, "no"),
        (101, 1.5, "yes"),  # within 12 % of 1.355
        (101, 1.6, "no"),
        (30, 0.738, "no"),  # three standard errors are not reached
        (9, 0.738, ""),  # too few to compare
    ],
)
def test_a_mix_up_is_suspected_by_the_rule_of_the_gate(results, ratio, is_suspected_mix_up):
    con = gated()
    b12(con, skewed(101))
    b12(con, skewed(results, median=500 * ratio), unit="ng/L", file="two.csv")
    shows(con, "reporting.lab_b12", f"""
        results   | is_suspected_mix_up
        {results} | {is_suspected_mix_up}
    """, where="unit = 'ng/L'")  # fmt: skip


def test_a_handful_of_results_is_held_against_nothing():
    con = gated()
    b12(con, skewed(101))
    b12(con, [150] * 9, unit="ng/mL", file="two.csv")
    shows(con, "reporting.lab_b12", """
        unit  | results | median_other_units | ratio_to_other_units | ratio_to_all
        ng/mL | 9       | 500                |                      |
    """, where="unit = 'ng/mL'")  # fmt: skip
    holds(con, "reporting.lab_b12", """
        unit  | results | median_other_units | ratio_to_other_units
        pg/mL | 101     | 150                |
    """, where="unit = 'pg/mL'")  # fmt: skip


def test_laboratories_stand_by_themselves():
    con = gated()
    b12(con, skewed(101, median=400), lab="North")
    b12(con, skewed(101, median=600), lab="South", file="two.csv")
    shows(con, "reporting.lab_b12", """
        performing_lab | median | median_other_units
        North          | 400    |
        South          | 600    |
    """)  # fmt: skip


def test_what_does_not_count():
    "Older than 12 months, after the as-of date, censored, retracted, held, and other analytes"
    con = gated(as_of="2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | value | collected_on | comparator | status    | performing_lab
        ann        | total_b12  | 200   | 2025-02-01   | =          | final     | North
        ann        | total_b12  | 300   | 2025-01-31   | =          | final     | North
        ann        | total_b12  | 300   | 2026-02-01   | =          | final     | North
        ann        | total_b12  | 300   | 2026-01-01   | <          | final     | North
        ann        | total_b12  | 300   | 2026-01-02   | =          | retracted | North
        ann        | total_b12  | 300   | 2026-01-03   | =          | held      | North
        ann        | active_b12 | 30    | 2026-01-04   | =          | final     | North
    """)  # fmt: skip
    shows(con, "reporting.lab_b12", """
        performing_lab | unit  | results | median
        North          | pg/mL | 1       | 200
    """)  # fmt: skip


def test_without_a_laboratory_the_source_names_one():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | source
        ann        | total_b12 | 200   | 2026-01-01   | east
    """)  # fmt: skip
    shows(con, "reporting.lab_b12", """
        performing_lab          | unit  | results
        the laboratory of east  | pg/mL | 1
    """)  # fmt: skip

"reporting.measured_b12: the total B12 results of which the gate compares medians"

from math import exp

from tests.clinic import build, select, shows
from tests.gates import b12, gated, published


def test_new_and_earlier_files_and_values_in_one_unit():
    con = gated()
    b12(con, [300], file="old.csv")
    b12(con, [200], file="new.csv", unit="pmol/L", factor=1.35537)
    published(con, "old.csv")
    shows(con, "reporting.measured_b12", """
        file    | performing_lab | unit   | is_new | fate
        old.csv | North          | pg/mL  | no     | usable
        new.csv | North          | pmol/L | yes    | usable
    """)  # fmt: skip
    rows = select(con, "reporting.measured_b12", order="file")
    assert [round(exp(row["ln_value"]), 3) for row in rows] == [271.074, 300]


def test_censored_and_retracted_results_are_left_out_and_superseded_ones_stay():
    con = gated()
    b12(con, [400], status="retracted", name="1")
    b12(con, [2000], name="2")
    con.execute("update lake.lab_result set comparator = '>' where value = 2000")
    b12(con, [300], name="3")
    b12(con, [310], file="later.csv", name="4", status="corrected")
    con.execute(
        "update lake.lab_result set result_id = 'r', patient_id = 'ann' where value in (300, 310)"
    )
    build(con, "reporting.measured_b12")
    rows = select(con, "reporting.measured_b12", order="fate")
    assert [(round(exp(row["ln_value"])), row["fate"]) for row in rows] == [
        (300, "superseded"),
        (310, "usable"),
    ]


def test_a_result_without_a_laboratory_counts_for_one_named_by_its_source():
    con = gated()
    b12(con, [300], lab=None)
    shows(con, "reporting.measured_b12", """
        performing_lab
        the laboratory of canonical
    """)  # fmt: skip

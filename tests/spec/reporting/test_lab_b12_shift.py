"reporting.lab_b12_shift: the median B12 of each laboratory and unit against the laboratory's own history"

import pytest

from tests.clinic import shows
from tests.gates import account, b12, gated, published, skewed

MOLAR = 1.35537


def with_history(n=300, **delivered):
    con = gated()
    b12(con, skewed(n), file="old.csv", **delivered)
    published(con, "old.csv")
    return con


def test_values_in_pmol_per_litre_labelled_pg_per_millilitre():
    con = with_history()
    b12(con, [value / MOLAR for value in skewed(60)])
    shows(con, "reporting.lab_b12_shift", """
        performing_lab | unit  | file    | n_new | median_new | n_history | median_history | ratio | is_unit_mix_up | verdict
        North          | pg/mL | new.csv | 60    | 368.9      | 300       | 500            | 0.738 | yes            | unit_mix_up
    """)  # fmt: skip


def test_values_in_pg_per_millilitre_labelled_pmol_per_litre():
    con = with_history()
    b12(con, skewed(60), unit="pmol/L", factor=MOLAR)
    shows(con, "reporting.lab_b12_shift", """
        unit   | ratio | is_unit_mix_up | is_shifted
        pmol/L | 1.355 | yes            | no
    """)  # fmt: skip


def test_an_honest_change_of_unit_does_not_shift_anything():
    con = with_history()
    b12(con, [value / MOLAR for value in skewed(60)], unit="pmol/L", factor=MOLAR)
    shows(con, "reporting.lab_b12_shift", """
        unit   | median_new | ratio | is_unit_mix_up | is_shifted
        pmol/L | 500        | 1     | no             | no
    """)  # fmt: skip


def test_a_laboratory_is_compared_with_itself_alone():
    con = with_history(lab="North")
    b12(con, skewed(300, median=370), file="old.csv", lab="South")
    b12(con, skewed(60, median=370), lab="South")
    b12(con, skewed(60), lab="North")
    shows(con, "reporting.lab_b12_shift", """
        performing_lab | ratio | is_unit_mix_up
        North          | 1     | no
        South          | 1     | no
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("n_new", "ratio", "is_unit_mix_up", "is_shifted", "verdict"),
    [
        (60, 0.83, "no", "no", "as_before"),  # outside 12 % of 0.738, and less than a quarter
        (60, 0.65, "no", "yes", "shifted"),
        (60, 1.6, "no", "yes", "shifted"),
        (60, 0.7, "yes", "no", "unit_mix_up"),
        (30, 0.738, "no", "no", "as_before"),  # fewer results: 3 standard errors are not reached
        (9, 0.4, "", "", "too_few"),
    ],
)
def test_near_and_far_from_the_factors(n_new, ratio, is_unit_mix_up, is_shifted, verdict):
    con = with_history()
    b12(con, skewed(n_new, median=500 * ratio))
    shows(con, "reporting.lab_b12_shift", f"""
        n_new   | is_unit_mix_up   | is_shifted   | verdict
        {n_new} | {is_unit_mix_up} | {is_shifted} | {verdict}
    """)  # fmt: skip


def test_without_history_there_is_nothing_to_compare():
    con = gated()
    b12(con, skewed(60))
    shows(con, "reporting.lab_b12_shift", """
        performing_lab | n_history | median_history | ratio | is_unit_mix_up | is_shifted
        North          | 0         |                |       |                |
    """)  # fmt: skip


def test_right_files_do_not_dilute_a_wrong_one():
    con = with_history()
    b12(con, [value / MOLAR for value in skewed(60)], file="monday.csv")
    b12(con, skewed(100), file="tuesday.csv")
    b12(con, skewed(100), file="wednesday.csv")
    shows(con, "reporting.lab_b12_shift", """
        file        | n_new | is_unit_mix_up
        monday.csv  | 60    | yes
        tuesday.csv | 100   | no
        wednesday.csv | 100 | no
        all 3 new files | 260 | no
    """)  # fmt: skip


def test_small_files_are_enough_together():
    con = with_history()
    for day in range(12):
        b12(
            con,
            [skewed(120)[place] / MOLAR for place in range(day, 120, 12)][:9],
            file=f"day{day}.csv",
        )
    shows(con, "reporting.lab_b12_shift", """
        file             | n_new | is_unit_mix_up
        all 12 new files | 108   | yes
    """, where="file like 'all%'")  # fmt: skip


def test_a_correction_of_the_wrong_file_opens_the_gate_again():
    con = with_history()
    b12(con, [value / MOLAR for value in skewed(60)], name="same")
    con.execute(
        "update lake.lab_result set result_id = line, patient_id = line where file = 'new.csv'"
    )
    b12(con, skewed(60), file="again.csv", status="corrected", name="same")
    con.execute(
        "update lake.lab_result set result_id = line, patient_id = line where file = 'again.csv'"
    )
    shows(con, "reporting.lab_b12_shift", """
        file      | ratio | is_unit_mix_up
        again.csv | 1     | no
    """)  # fmt: skip


def test_history_that_a_wrong_file_supersedes_is_history_still():
    con = with_history(n=300)
    b12(con, [value / MOLAR for value in skewed(300)], status="corrected")
    con.execute("update lake.lab_result set result_id = line, patient_id = line")
    shows(con, "reporting.lab_b12_shift", """
        file    | n_history | is_unit_mix_up
        new.csv | 300       | yes
    """)  # fmt: skip


def test_a_result_without_a_laboratory_counts_for_one_named_by_its_source():
    con = with_history(lab=None)
    b12(con, skewed(60), lab=None)
    shows(con, "reporting.lab_b12_shift", """
        performing_lab              | n_history | ratio
        the laboratory of canonical | 300       | 1
    """)  # fmt: skip


def test_censored_results_are_left_out():
    con = with_history()
    b12(con, [2000.0] * 60)
    con.execute("update lake.lab_result set comparator = '>' where file = 'new.csv'")
    shows(con, "reporting.lab_b12_shift", """
        file
    """)  # fmt: skip


def test_a_small_laboratory_is_judged_by_its_last_files_together():
    con = with_history()
    for night, file in enumerate(("a.csv", "b.csv", "c.csv"), start=1):
        account(
            con,
            f"sha256 | file | entity | received_at\n{file} | {file} | lab_result | 2026-01-2{night} 01:00:00+00",
        )
        b12(con, [value / MOLAR for value in skewed(17)], file=file)
    published(con, "a.csv", "b.csv")
    shows(con, "reporting.lab_b12_shift", """
        file             | n_new | n_history | ratio | verdict
        c.csv            | 17    | 334       | 0.76  | as_before
        the last 3 files | 51    | 300       | 0.738 | unit_mix_up
    """)  # fmt: skip

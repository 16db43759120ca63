"reporting.lab_b12_median: the medians of new files, and of what each laboratory sent before"

from tests.clinic import build, holds, shows
from tests.gates import b12, gated, published


def test_each_new_file_all_new_files_and_the_earlier_results_in_any_unit():
    con = gated()
    b12(con, [200, 400, 800], file="old.csv")
    b12(con, [400] * 3, file="old.csv", unit="ng/L", name="2")
    b12(con, [100, 200], file="monday.csv")
    b12(con, [300], file="tuesday.csv")
    published(con, "old.csv")
    shows(con, "reporting.lab_b12_median", """
        part    | performing_lab | unit  | file            | results
        new     | North          | pg/mL | monday.csv      | 2
        new     | North          | pg/mL | tuesday.csv     | 1
        new     | North          | pg/mL | all 2 new files | 3
        earlier | North          |       |                 | 6
    """)  # fmt: skip


def test_one_result_far_away_does_not_move_the_median_nor_the_quartiles():
    con = gated()
    b12(con, [100, 200, 400, 800, 100000])
    build(con, "reporting.lab_b12_median")
    con.execute("create table reporting.shown as select unit, exp(ln_median) as median, exp(ln_quartile_1) as quartile_1, "
                "exp(ln_quartile_3) as quartile_3 from reporting.lab_b12_median")  # fmt: skip
    holds(con, "reporting.shown", """
        unit  | median | quartile_1 | quartile_3
        pg/mL | 400    | 200        | 800
    """)  # fmt: skip


def test_one_new_file_stands_for_itself_alone():
    con = gated()
    b12(con, [100, 200])
    shows(con, "reporting.lab_b12_median", """
        part | file    | results
        new  | new.csv | 2
    """)  # fmt: skip


def test_what_does_not_count():
    "Censored and retracted results; new ones that are superseded; earlier ones that are superseded do count"
    con = gated()
    b12(con, [300] * 2, file="old.csv")
    b12(con, [400] * 2, file="old.csv", status="retracted", name="2")
    b12(con, [500] * 2, file="new.csv", name="3")
    b12(con, [2000] * 2, file="new.csv", name="4")
    con.execute("update lake.lab_result set comparator = '>' where value = 2000")
    published(con, "old.csv")
    shows(con, "reporting.lab_b12_median", """
        part    | results
        new     | 2
        earlier | 2
    """)  # fmt: skip

"reporting.new_rejection: each reason of each new file, with its share"

from tests.clinic import shows
from tests.gates import account, gated, published, reject


def test_each_reason_has_its_share_and_unit_reasons_are_marked():
    con = gated()
    account(con, """
        sha256 | file  | accepted | skipped     | rejected
        a.csv  | a.csv | 60       | comment 100 | missing_unit 20, unknown_unit 10, wrong_scale_unit 5, bad_date 5
    """)  # fmt: skip
    for reason, rows in {
        "missing_unit": 20,
        "unknown_unit": 10,
        "wrong_scale_unit": 5,
        "bad_date": 5,
    }.items():
        reject(con, "a.csv", reason, rows)
    shows(con, "reporting.new_rejection", """
        file  | rejected_because | rows_rejected | rows_for_us | share | is_about_the_unit
        a.csv | missing_unit     | 20            | 100         | 0.2   | yes
        a.csv | unknown_unit     | 10            | 100         | 0.1   | yes
        a.csv | wrong_scale_unit | 5             | 100         | 0.05  | yes
        a.csv | bad_date         | 5             | 100         | 0.05  | no
    """)  # fmt: skip


def test_a_file_with_nothing_rejected_and_a_published_one_have_no_rows():
    con = gated()
    account(con, """
        sha256 | file      | entity     | accepted | rejected
        a      | clean.csv | lab_result | 60       |
        b      | old.csv   | lab_result | 60       | bad_date 60
    """)  # fmt: skip
    reject(con, "b", "bad_date", 60)
    published(con, "b")
    shows(con, "reporting.new_rejection", """
        file
    """)  # fmt: skip


def test_rows_of_analytes_that_are_only_shown_are_told_apart():
    con = gated()
    account(con, """
        sha256 | file  | accepted | rejected
        a.csv  | a.csv | 60       | missing_unit 40
    """)  # fmt: skip
    reject(con, "a.csv", "missing_unit", 40)
    con.execute("update lake.rejected_row set is_deciding = false where line % 2 = 0")
    shows(con, "reporting.new_rejection", """
        file  | rejected_because | rows_rejected | share | share_deciding
        a.csv | missing_unit     | 40            | 0.4   | 0.2
    """)  # fmt: skip
    shows(con, "reporting.new_delivery", """
        file  | share_rejected | share_rejected_deciding
        a.csv | 0.4            | 0.2
    """)  # fmt: skip

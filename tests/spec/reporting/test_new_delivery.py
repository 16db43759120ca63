"reporting.new_delivery: the account of each new file, as shares"

from tests.clinic import insert, shows
from tests.gates import account, gated, published


def test_shares_are_of_the_rows_that_concern_us():
    con = gated()
    account(con, """
        sha256 | file  | entity     | accepted | rejected                    | duplicates | skipped
        a      | a.csv | lab_result | 50       | bad_date 20, missing_unit 5 | 25         | order_code 900
    """)  # fmt: skip
    shows(con, "reporting.new_delivery", """
        file  | rows | rejected | skipped | rows_for_us | rows_lost | share_rejected | share_duplicate
        a.csv | 1000 | 25       | 900     | 100         | 0         | 0.25           | 0.25
    """)  # fmt: skip


def test_a_file_without_a_row_for_us_has_no_shares():
    con = gated()
    account(con, """
        sha256 | file      | entity    | accepted | skipped
        a      | empty.csv | procedure | 0        |
        b      | other.csv | procedure | 0        | unmapped_code 7
    """)  # fmt: skip
    shows(con, "reporting.new_delivery", """
        file      | rows | rows_for_us | rows_lost | share_rejected
        empty.csv | 0    | 0           | 0         |
        other.csv | 7    | 0           | 0         |
    """)  # fmt: skip


def test_a_row_that_is_in_no_class_is_lost():
    con = gated()
    account(con, """
        sha256 | file  | entity  | rows | accepted
        a      | a.csv | patient | 10   | 9
    """)  # fmt: skip
    shows(con, "reporting.new_delivery", """
        file  | rows_lost
        a.csv | 1
    """)  # fmt: skip


def test_published_and_refused_files_are_not_looked_at():
    con = gated()
    account(con, """
        sha256 | file        | entity  | accepted | refused
        a      | new.csv     | patient | 1        |
        b      | old.csv     | patient | 1        |
        c      | refused.csv | patient | 0        | header
    """)  # fmt: skip
    published(con, "b")
    shows(con, "reporting.new_delivery", """
        file
        new.csv
    """)  # fmt: skip


def test_rows_of_an_unknown_status_are_counted_by_file():
    con = gated()
    account(con, """
        sha256 | file  | entity     | accepted | skipped
        a      | a.csv | medication | 50       | unmapped_code 50
        b      | b.csv | medication | 50       |
    """)  # fmt: skip
    insert(con, "lake.unmapped_code", """
        sha256 | file  | entity     | skipped_because | code | rows
        a      | a.csv | medication | unknown_status  | halb | 3
        a      | a.csv | medication | unknown_status  | ganz | 2
        a      | a.csv | medication | unmapped_code   | 17   | 50
    """)  # fmt: skip
    shows(con, "reporting.new_delivery", """
        file  | share_unknown_status
        a.csv | 0.05
        b.csv | 0
    """)  # fmt: skip

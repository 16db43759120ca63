"reporting.rejection: rows rejected by source, entity and reason: ever, since the last published run, and in the last day"

from tests.clinic import insert, shows
from tests.gates import account, gated, published


def test_ever_new_and_of_the_last_day():
    con = gated(screened_at="2026-01-31 20:00:00+00")
    account(con, """
        sha256 | file  | entity     | received_at            | rejected
        old    | a.csv | lab_result | 2026-01-01 01:00:00+00 | bad_date 2
        late   | b.csv | lab_result | 2026-01-30 19:00:00+00 | bad_date 1
        new    | c.csv | lab_result | 2026-01-30 21:00:00+00 | bad_date 1, missing_unit 1
    """)  # fmt: skip
    published(con, "old")
    insert(con, "lake.rejected_row", """
        sha256 | entity     | rejected_because
        old    | lab_result | bad_date
        old    | lab_result | bad_date
        late   | lab_result | bad_date
        new    | lab_result | bad_date
        new    | lab_result | missing_unit
        new    | medication | bad_date
    """)  # fmt: skip
    shows(con, "reporting.rejection", """
        source    | entity     | rejected_because | rows | rows_new | rows_last_day
        canonical | lab_result | bad_date         | 4    | 2        | 1
        canonical | lab_result | missing_unit     | 1    | 1        | 1
        canonical | medication | bad_date         | 1    | 1        | 1
    """)  # fmt: skip


def test_what_came_after_the_screening_is_not_of_the_day_before_it():
    con = gated(screened_at="2026-01-31 20:00:00+00")
    account(con, """
        sha256 | file  | entity     | received_at            | rejected
        a      | a.csv | lab_result | 2026-01-31 21:00:00+00 | bad_date 1
    """)  # fmt: skip
    insert(
        con, "lake.rejected_row", "sha256 | entity | rejected_because\na | lab_result | bad_date"
    )
    shows(con, "reporting.rejection", """
        rows | rows_new | rows_last_day
        1    | 1        | 0
    """)  # fmt: skip

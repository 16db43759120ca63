"explaining.rejected_row: rejected rows with what would make them acceptable"

from pipeline.engine import create
from tests.clinic import clinic, insert, select


def test_a_rejected_row_has_the_remedy_of_its_reason():
    con = clinic()
    insert(con, "lake.rejected_row", """
        entity     | rejected_because | line
        lab_result | unknown_unit     | 2
        lab_result | of_old_times     | 3
    """)  # fmt: skip
    con.execute("create schema explaining")
    create(con, "explaining.rejected_row")
    rows = con.execute("select line, remedy from explaining.rejected_row order by line").fetchall()
    [[remedy]] = con.execute(
        "select remedy from protocol.rejection where reason = 'unknown_unit'"
    ).fetchall()
    assert remedy and rows == [(2, remedy), (3, None)]


def test_a_cell_that_was_left_out_is_listed_with_its_column():
    con = clinic()
    insert(con, "lake.blanked_cell", "entity | column_name | line\npatient | birth_date | 2")
    con.execute("create schema explaining")
    create(con, "explaining.rejected_row")
    [row] = select(con, "explaining.rejected_row")
    assert (row["rejected_because"], row["column_name"]) == ("blanked", "birth_date")
    assert row["remedy"].startswith("the row went in")

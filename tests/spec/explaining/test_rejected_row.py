"explaining.rejected_row: rejected rows with what would make them acceptable"

from pipeline.engine import create
from tests.clinic import clinic, insert


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

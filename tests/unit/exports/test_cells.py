"""A cell in SQL is the cell in Python: what a spreadsheet would run has an apostrophe before it, and nothing else has"""

import pytest

from pipeline.engine import connect
from pipeline.exports.cells import cell, cells_of

TEXTS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "=", "=\n=", "plain", "a=b", "a\n=b", "\n=1", "'=1", " =1", "\\1", "é-", "", None]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_and_a_list_are_escaped_as_in_python(text):
    con = connect()
    con.execute("create table said as select $1::varchar as one, [$1, 'x'] as several", [text])
    several = [part for part in (text, "x") if part is not None]
    assert con.execute(cells_of(con, "said")).fetchall() == [(cell(text), cell(several, "|"))]


def test_numbers_and_days_stay_what_they_are():
    con = connect()
    con.execute("create table said as select -1 as number, date '2026-01-31' as day, true as is_so")
    assert con.execute(cells_of(con, "said")).fetchall() == con.execute("from said").fetchall()

"""A cell in SQL is the cell in Python: what a spreadsheet would run has an apostrophe before it, and nothing else has"""

import re

import pytest

from pipeline.engine import connect
from pipeline.exports.cells import LONGEST, cell, cells_of, escaped, escaped_beginning

RUN = ["x\n=1", "x\r\n=1", "x\r=1", "x\u2028=1", "＝1", "＋1", "－1", "＠x", "−1", " =1", "\xa0=1", "\u3000＝1", "\u200b=1", "\ufeff=1", "\t =1", "\r\n=1", "a; =1", "a\t\t=1", ";=;=", "  \n  +1"]  # fmt: skip
TEXTS = [*RUN, "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "=", "=\n=", "plain", "a=b", "a\n=b", "\n=1", "'=1", " =1", "\\1", "é-", "", None]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_and_a_list_are_escaped_as_in_python(text):
    con = connect()
    con.execute("create table said as select $1::varchar as one, [$1, 'x'] as several", [text])
    several = [part for part in (text, "x") if part is not None]
    assert con.execute(cells_of(con, "said")).fetchall() == [(cell(text), cell(several, "|"))]


def runs_in(text):
    "What a spreadsheet would run of it, in whatever way it divides cells and strips them"
    parts = re.split("[;\\t\\n\\x0b\\x0c\\r\\x85\\u2028\\u2029]", text)
    stripped = [
        part.strip().strip("\u200b\u200e\u200f\u2060\ufeff").strip() for part in (text, *parts)
    ]
    return [part for part in stripped if part[:1] in tuple("=+-@＝＋－＠−")]


@pytest.mark.parametrize("text", RUN)
def test_what_begins_a_cell_or_a_part_of_it_is_not_run(text):
    assert runs_in(text) and runs_in(cell(text)) == []


def test_what_begins_with_a_tab_or_a_return_has_an_apostrophe_and_lines_of_a_text_have_none():
    assert [cell(text) for text in ("\tx", "\rx")] == ["'\tx", "'\rx"]
    assert cell("one\n\ttwo;\r\n\nthree = 3") == "one\n\ttwo;\r\n\nthree = 3"


def test_a_cell_with_every_apostrophe_is_as_long_as_a_cell_may_be():
    "A longer one would be left out of a workbook whole"
    assert len(cell(";=" * LONGEST)) == LONGEST - 1


def test_a_cell_of_nothing_but_spaces_takes_no_time():
    assert escaped("\t" * 10**6) == "'" + "\t" * 10**6


def test_numbers_and_days_stay_what_they_are():
    con = connect()
    con.execute("create table said as select -1 as number, date '2026-01-31' as day, true as is_so")
    assert con.execute(cells_of(con, "said")).fetchall() == con.execute("from said").fetchall()


@pytest.mark.parametrize(
    ("text", "cell"),
    [("- a\n- b", "'- a\n- b"), (" \n=1", " \n'=1"), ("\ta", "'\ta"), ("a\n=1;-2", "a\n=1;-2"), ("", "")],
)  # fmt: skip
def test_of_a_text_in_sentences_the_beginning_alone_is_escaped(text, cell):
    assert escaped_beginning(text) == cell

"Dates and numbers as sites write them, by what their profile declares; what it does not declare stays unreadable."

import pytest

from pipeline.core.config import SQL
from pipeline.engine.connection import connect


@pytest.fixture(scope="module")
def con():
    con = connect()
    con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
    return con


@pytest.mark.parametrize(("delivered", "dmy", "mdy", "ymd"), [
    ("5/1/2026", "2026-01-05", "2026-05-01", None), ("05.01.2026 08:30", "2026-01-05T08:30", "2026-05-01T08:30", None),
    ("05-JAN-2026", "2026-01-05", "2026-01-05", "2026-01-05"), ("05-Foo-2026", None, None, None),
    ("31/1/2026 2:05:00 PM", "2026-01-31T14:05:00", None, None), ("12/12/2026 12:05 AM", "2026-12-12T00:05", "2026-12-12T00:05", None),
    ("12/12/2026 12:05 PM", "2026-12-12T12:05", "2026-12-12T12:05", None),
    ("22/01/2024 0935", "2024-01-22T09:35", None, None), ("2026-01-05", "2026-01-05", "2026-01-05", "2026-01-05"),
    ("2026-01-05T08:30:00+01:00", "2026-01-05T08:30:00+01:00", "2026-01-05T08:30:00+01:00", "2026-01-05T08:30:00+01:00"),
    ("5/1/26", None, None, None), ("soon", None, None, None), ("31/02/2026", None, None, None),
    ("20260105", None, None, "2026-01-05"), ("05012026", "2026-01-05", "2026-05-01", None), ("20260105 0830", None, None, "2026-01-05T08:30"),
    ("20260105083015", None, None, "2026-01-05T08:30:15"), ("2026/1/5", None, None, "2026-01-05"), ("20102011", "2011-10-20", None, None),
])  # fmt: skip
def test_dates(con, delivered, dmy, mdy, ymd):
    found = con.execute(
        "select to_iso($1, 'dmy'), to_iso($1, 'mdy'), to_iso($1, 'ymd')", [delivered]
    ).fetchone()
    days = con.execute(
        "select to_day($1, 'UTC'), to_day($2, 'UTC'), to_day($3, 'UTC')", list(found)
    ).fetchone()
    for iso, day, wanted in zip(found, days, (dmy, mdy, ymd), strict=True):
        assert (iso if day else None) == wanted


@pytest.mark.parametrize(("delivered", "point", "comma", "comma_point", "point_comma"), [
    ("165.5", "165.5", None, None, "165.5"), ("165,5", None, "165.5", "165.5", None), ("1.263", "1.263", None, "1263", "1.263"),
    ("1,263", None, "1.263", "1.263", "1263"), ("1.263,5", None, None, "1263.5", None), ("1,263.5", None, None, None, "1263.5"),
    ("12.345.678", None, None, "12345678", None), ("1234.567", "1234.567", None, None, "1234.567"), ("1.26", "1.26", None, None, "1.26"),
    ("0,4", None, "0.4", "0.4", None), ("0.271", "0.271", None, None, "0.271"), ("165", "165", "165", "165", "165"),
    ("0,165", None, "0.165", "0.165", None),
])  # fmt: skip
def test_numbers(con, delivered, point, comma, comma_point, point_comma):
    for marks, wanted in ((".", point), (",", comma), (",.", comma_point), (".,", point_comma)):
        [found] = con.execute(
            "select try_cast(with_point($1, $2) as decimal(20, 9))", [delivered, marks]
        ).fetchone()
        assert (None if found is None else float(found)) == (
            None if wanted is None else float(wanted)
        ), marks


@pytest.mark.parametrize(("delivered", "marks", "number"), [
    ("1 263,5", ", ", 1263.5), ("1\u00a0263,5", ", ", 1263.5), ("1\u202f263", ", ", 1263), ("1'263.5", ".'", 1263.5), ("1\u2019263.5", ".'", 1263.5),
    ("12 63,5", ", ", None), ("165,5", ", ", 165.5), ("165.5", ", ", None), ("1 263", ".", None), ("1'263", ".,", None),
])  # fmt: skip
def test_spaces_and_apostrophes_group_thousands_where_the_profile_says_so(
    con, delivered, marks, number
):
    read = "select try_cast(digits_only(with_point($1, $2)) as double)"
    assert con.execute(read, [delivered, marks]).fetchone() == (number,)


@pytest.mark.parametrize(("delivered", "order", "month"), [
    ("03/1960", "dmy", "1960-03"), ("3.1960", "mdy", "1960-03"), ("MAR-1960", "dmy", "1960-03"), ("1960/3", "ymd", "1960-03"),
    ("1960-03", "dmy", "1960-03"), ("1960", "dmy", "1960"), ("13/1960", "dmy", None), ("Foo 1960", "dmy", None),
])  # fmt: skip
def test_a_month_of_a_year(con, delivered, order, month):
    found = con.execute("select to_iso($1, $2)", [delivered, order]).fetchone()[0]
    first = con.execute("select cast(first_day($1, 'UTC') as varchar)", [found]).fetchone()[0]
    assert (found if first else None) == month


@pytest.mark.parametrize(("received_at", "is_future"), [("09:59", True), ("10:00", False)])
def test_a_day_is_future_until_it_begins_at_utc_plus_14(con, received_at, is_future):
    answer = con.execute(
        "select is_future('2026-02-02', date '2026-02-02', 'UTC', $1::timestamptz)",
        [f"2026-02-01 {received_at}:00+00"],
    ).fetchone()
    assert answer == (is_future,)


@pytest.mark.parametrize(("day", "is_day"), [
    ("1900-01-01", False), ("1900-01-02", True), ("2999-12-30", True), ("2999-12-31", False),
])  # fmt: skip
def test_sentinels_are_no_day(con, day, is_day):
    found = con.execute(
        "select to_day($1, 'UTC') is not null, not is_sentinel($1, 'UTC')", [day]
    ).fetchone()
    assert found == (is_day, is_day)


def test_marks_between_the_words_of_a_status_mean_nothing(con):
    said = ["final", "Not-Done", "NOT_TAKEN", "Corrected (amended): see note.", "entered;in, error"]
    found = [con.execute("select status_key($1)", [status]).fetchone()[0] for status in said]
    assert found == [
        "final", "not done", "not taken", "corrected amended see note", "entered in error",
    ]  # fmt: skip

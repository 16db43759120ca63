"landing.event: MEDS events, moved so that the last of each subject falls on the profile's day"

import pytest

from pipeline.engine import create
from tests.clinic import clinic, holds


def events(align_last_event_on):
    con = clinic()
    con.execute("create schema landing")
    con.execute("""
        create table landing.delivered_event as from (values
            (1, 'ann', '2150-03-01 08:00:00', 'LAB//1'), (2, 'ann', '2150-03-11 09:30:00', 'LAB//1'),
            (3, 'ben', '2010-01-01', 'LAB//1'), (4, 'ben', null, 'SEX'), (5, 'cyn', 'unknown', 'SEX'),
            (6, null, '2010-01-01', 'SEX')
        ) as row(line, subject_id, time, code)
    """)
    con.execute(
        "create table landing.event_option as select $1::date as align_last_event_on",
        [align_last_event_on],
    )
    create(con, "landing.event")
    return con


def test_the_last_event_of_a_subject_falls_on_that_day():
    con = events("2026-01-31")
    holds(con, "landing.event", """
        line | subject_id | shifted_days | aligned_at
        1    | ann        | -45329       | 2026-01-21T08:00:00
        2    | ann        | -45329       | 2026-01-31T09:30:00
        3    | ben        | 5874         | 2026-01-31T00:00:00
        4    | ben        | 5874         |
        5    | cyn        | 0            |
        6    |            | 0            | 2010-01-01T00:00:00
    """)  # fmt: skip


@pytest.mark.parametrize("line, aligned_at", [(1, "2150-03-01T08:00:00"), (5, None)])
def test_without_the_option_nothing_is_moved(line, aligned_at):
    con = events(None)
    found = con.execute(
        "select shifted_days, aligned_at from landing.event where line = $1", [line]
    ).fetchall()
    assert found == [(0, aligned_at)]

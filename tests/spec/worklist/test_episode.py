"worklist.episode: from the day on which a patient is identified to the day on which the item is closed"

from pipeline.worklist.statuses import ACTIVE, STATUSES
from tests.clinic import build, insert, shows
from tests.episodes import episodes, happened


def after(con, rows):
    happened(con, rows)
    build(con, "worklist.counted_event")
    return con


def test_it_begins_when_the_item_is_opened_and_again_when_it_was_closed_by_the_run_or_by_a_user():
    con = after(episodes(), """
        item_id | kind       | to_status | told_at
        1       | opened     | open      | 2026-01-01
        1       | status     | contacted | 2026-01-02
        1       | reopened   | open      | 2026-01-03
        1       | resolved   | resolved  | 2026-01-04
        1       | reopened   | open      | 2026-01-06
        1       | status     | done      | 2026-01-07
        1       | comment    | done      | 2026-01-08
        1       | recheck    | open      | 2026-02-07
        2       | opened     | open      | 2026-01-01
        2       | status     | snoozed   | 2026-01-02
        2       | assigned   | assigned  | 2026-01-09
        3       | looked_at  |           | 2026-01-01
    """)  # fmt: skip
    shows(con, "worklist.episode", """
        id | person_id | identified_on | closed_on  | closed_as | next_id | next_on
        1  | 1         | 2026-01-01    | 2026-01-04 | resolved  | 5       | 2026-01-06
        5  | 1         | 2026-01-06    | 2026-01-07 | done      | 8       | 2026-02-07
        8  | 1         | 2026-02-07    |            |           |         |
        9  | 2         | 2026-01-01    |            |           |         |
    """)  # fmt: skip


def test_closed_and_opened_again_on_one_day_was_not_closed():
    con = after(episodes(), """
        item_id | kind   | to_status | told_at
        1       | opened | open      | 2026-01-01
        1       | status | declined  | 2026-01-02 09:00
        1       | status | open      | 2026-01-02 09:05
    """)  # fmt: skip
    shows(con, "worklist.episode", """
        id | person_id | identified_on | closed_on
        1  | 1         | 2026-01-01    |
    """)  # fmt: skip


def test_episodes_of_merged_ids_that_overlap_are_one():
    "The item of the remaining ID goes on, from the same run; an earlier episode stays one of its own"
    con = episodes()
    insert(con, "worklist.person", """
        id | patient_id | merged_into
        1  | old        | 2
        2  | ann        |
    """)  # fmt: skip
    after(con, """
        item_id | kind     | to_status | told_at
        2       | opened   | open      | 2025-01-01
        2       | resolved | resolved  | 2025-02-01
        1       | opened   | open      | 2026-01-01
        1       | merged   | merged    | 2026-01-09
        2       | merged   | open      | 2026-01-09
        2       | resolved | resolved  | 2026-01-20
    """)  # fmt: skip
    shows(con, "worklist.episode", """
        id | person_id | identified_on | closed_on  | closed_as | next_id
        1  | 2         | 2025-01-01    | 2025-02-01 | resolved  | 3
        3  | 2         | 2026-01-01    | 2026-01-20 | resolved  |
    """)  # fmt: skip


def test_every_status_is_open_or_closed():
    con = after(episodes(), [
        {"item_id": place, "kind": "x", "to_status": status, "told_at": "2026-01-01"} for place, status in enumerate(STATUSES, start=1)
    ])  # fmt: skip
    build(con, "worklist.episode")
    [[begun]] = con.execute("select list(person_id order by 1) from worklist.episode").fetchall()
    assert {STATUSES[place - 1] for place in begun} == {*ACTIVE, "snoozed"}

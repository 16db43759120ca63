"worklist.counted_event: what happened to items and was not taken back"

from tests.clinic import insert, shows
from tests.episodes import episodes, happened


def test_an_act_that_was_undone_does_not_count_nor_does_the_undoing():
    "Every event of the act, of that item alone; what was done before and after it counts"
    con = episodes()
    happened(con, """
        item_id | kind     | from_status | to_status | act | version | told_at
        1       | opened   |             | open      |     |         | 2026-02-01 04:00
        1       | status   | open        | contacted | a   | 3       | 2026-02-02 09:00
        1       | comment  | contacted   | contacted | a   |         | 2026-02-02 09:00
        2       | status   | open        | contacted | a   | 3       | 2026-02-02 09:00
        1       | undone   | contacted   | open      | b   | 4       | 2026-02-02 09:01
        1       | status   | open        | ordered   | c   | 5       | 2026-02-02 09:02
    """)  # fmt: skip
    shows(con, "worklist.counted_event", """
        id | item_id | kind   | to_status
        1  | 1       | opened | open
        4  | 2       | status | contacted
        6  | 1       | status | ordered
    """)  # fmt: skip


def test_the_day_is_that_of_the_run_or_that_at_the_site():
    con = episodes(zone="Europe/Berlin")
    happened(con, """
        item_id | kind   | as_of      | told_at
        1       | opened | 2026-02-01 | 2026-02-02 04:00
        1       | status |            | 2026-02-02 22:59
        1       | status |            | 2026-02-02 23:00
    """)  # fmt: skip
    shows(con, "worklist.counted_event", """
        id | on_day
        1  | 2026-02-01
        2  | 2026-02-02
        3  | 2026-02-03
    """)  # fmt: skip


def test_what_happened_to_an_id_happened_to_the_patient_it_is_merged_into():
    con = episodes()
    insert(con, "worklist.person", """
        id | patient_id | merged_into
        1  | old        | 2
        2  | ann        |
    """)  # fmt: skip
    happened(con, """
        item_id | kind   | told_at
        1       | opened | 2026-02-01
        2       | opened | 2026-02-01
    """)  # fmt: skip
    shows(con, "worklist.counted_event", """
        item_id | person_id
        1       | 2
        2       | 2
    """)  # fmt: skip

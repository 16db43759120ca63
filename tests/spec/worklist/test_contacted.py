"worklist.contacted: when a patient was contacted in an episode"

from tests.clinic import holds
from tests.episodes import built, episodes, happened


def test_reached_or_acted_on_is_contacted_and_the_first_day_counts():
    con = episodes()
    happened(con, """
        item_id | kind     | from_status | to_status | outcome   | told_at
        1       | opened   |             | open      |           | 2026-01-01
        1       | attempt  | open        | open      | no_answer | 2026-01-02
        1       | attempt  | open        | contacted | reached   | 2026-01-03
        1       | attempt  | contacted   | contacted | reached   | 2026-01-05
        2       | opened   |             | open      |           | 2026-01-01
        2       | status   | open        | ordered   |           | 2026-01-04
        3       | opened   |             | open      |           | 2026-01-01
        3       | status   | open        | snoozed   |           | 2026-01-04
        3       | comment  | snoozed     | snoozed   |           | 2026-01-04
        4       | opened   |             | open      |           | 2026-01-01
        4       | attempt  | open        | contacted | sent      | 2026-01-09
        4       | resolved | open        | resolved  |           | 2026-01-10
        4       | reopened | resolved    | open      |           | 2026-01-20
    """)  # fmt: skip
    holds(built(con), "worklist.contacted", """
        id | contacted_on | reached_on
        1  | 2026-01-03   | 2026-01-03
        5  | 2026-01-04   | 2026-01-04
        10 | 2026-01-09   |
    """)  # fmt: skip

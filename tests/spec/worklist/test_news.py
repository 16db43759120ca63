"worklist.news: which facts of an item changed, and whether that is a reason to look again"

from pipeline.engine.relations import create
from tests.clinic import holds
from tests.nights import items, night, tonight


def test_facts_that_changed_and_which_of_them_are_news():
    con = night()
    items(con, """
        patient_id | status  | priority | facts
        ann        | ordered | 4        | B12 borderline
        ben        | ordered | 4        | B12 borderline
        cyn        | ordered | 2        | alerts A, priority 2
        dan        | ordered | 4        | alerts none, priority 4
        eva        | ordered | 2        | alerts A
    """)  # fmt: skip
    tonight(con, """
        patient_id | priority | facts
        ann        | 4        | B12 low
        ben        | 4        | B12 borderline
        cyn        | 3        | alerts none, priority 3
        dan        | 3        | alerts none, priority 3
        eva        | 2        | alerts B
    """)  # fmt: skip
    for name in ("compared", "news"):
        create(con, f"worklist.{name}")
    holds(con, "worklist.news", """
        patient_id | because                             | is_news
        ann        | B12: borderline → low               | yes
        cyn        | alerts: A → none; priority: 2 → 3   | no
        dan        | priority: 4 → 3                     | yes
        eva        | alerts: A → B                       | yes
    """)  # fmt: skip

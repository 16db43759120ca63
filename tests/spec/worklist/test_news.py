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


def test_by_another_protocol_its_words_alone_are_no_news():
    "What is to be done, urgency, alerts and data are; what one of the protocols does not ask is not"
    con = night(protocol_change="protocol changed: a 1 → b 1")
    items(con, """
        patient_id | status  | priority | facts
        rule       | ordered | 4        | next_step ORDER_MMA (N16)
        action     | ordered | 4        | next_step ORDER_MMA (N16)
        word       | ordered | 4        | B12 borderline; 300 pg/mL on 2026-01-01
        value      | ordered | 4        | B12 borderline; 300 pg/mL on 2026-01-01
        level      | ordered | 4        | homocysteine normal; 12.0 umol/L
        active     | ordered | 4        | active_B12 low; on 2026-01-01
        unasked    | ordered | 4        | neurological none, malabsorption gastrectomy
        sign       | ordered | 4        | neurological none
        urgent     | ordered | 4        | priority 4
        alert      | ordered | 4        | alerts none
    """)  # fmt: skip
    tonight(con, """
        patient_id | priority | facts
        rule       | 4        | next_step ORDER_MMA (X2)
        action     | 4        | next_step REVIEW (X3)
        word       | 4        | B12 low; 300 pg/mL on 2026-01-01
        value      | 4        | B12 borderline; 310 pg/mL on 2026-01-20
        level      | 4        | homocysteine raised; 12.0 umol/L
        active     | 4        | active_B12 indeterminate; on 2026-01-01
        unasked    | 4        | neurological not_asked, malabsorption not_asked
        sign       | 4        | neurological definite since 2026-01-01
        urgent     | 3        | priority 3
        alert      | 4        | alerts B
    """)  # fmt: skip
    for name in ("compared", "news"):
        create(con, f"worklist.{name}")
    holds(con, "worklist.news", """
        patient_id | is_news
        rule       | no
        action     | yes
        word       | no
        value      | yes
        level      | no
        active     | yes
        unasked    | no
        sign       | yes
        urgent     | yes
        alert      | yes
    """)  # fmt: skip

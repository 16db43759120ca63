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


def told(**night_of):
    con = night(protocol_change="protocol changed: a 1 → b 1", **night_of)
    items(con, """
        patient_id | status  | priority | facts
        rule       | ordered | 4        | next_step ORDER_MMA (N16)
        action     | ordered | 4        | next_step ORDER_MMA (N16)
        band       | ordered | 4        | B12 borderline; 300 pg/mL on 2026-01-01
        kidney     | ordered | 4        | MMA raised_renal_unknown; 400 nmol/L on 2026-01-01
        value      | ordered | 4        | B12 borderline; 300 pg/mL on 2026-01-01
        dropped    | ordered | 4        | neurological none, malabsorption other
        nothing    | ordered | 4        | neurological not_asked
        found      | ordered | 4        | neurological not_asked
        sign       | ordered | 4        | neurological none
        urgent     | ordered | 4        | priority 4
        alert      | ordered | 4        | alerts none
    """)  # fmt: skip
    tonight(con, """
        patient_id | priority | facts
        rule       | 4        | next_step ORDER_MMA (X2)
        action     | 4        | next_step REVIEW (X3)
        band       | 4        | B12 low; 300 pg/mL on 2026-01-01
        kidney     | 4        | MMA raised; 400 nmol/L on 2026-01-01
        value      | 4        | B12 borderline; 310 pg/mL on 2026-01-20
        dropped    | 4        | neurological not_asked, malabsorption not_asked
        nothing    | 4        | neurological none
        found      | 4        | neurological definite since 2026-01-01
        sign       | 4        | neurological definite since 2026-01-01
        urgent     | 3        | priority 3
        alert      | 4        | alerts B
    """)  # fmt: skip
    for name in ("compared", "news"):
        create(con, f"worklist.{name}")
    return con


def test_of_another_pack_the_id_of_a_rule_and_what_it_does_not_ask_are_no_news():
    "Another word for the same value is: it may come from data of that night, as that of a kidney"
    holds(told(is_other_pack=True), "worklist.news", """
        patient_id | is_news
        rule       | no
        action     | yes
        band       | yes
        kidney     | yes
        value      | yes
        dropped    | no
        nothing    | no
        found      | yes
        sign       | yes
        urgent     | yes
        alert      | yes
    """)  # fmt: skip


def test_another_text_of_the_same_pack_is_compared_as_every_night():
    con = told(is_other_pack=False)
    con.execute("delete from worklist.news where is_news")
    assert con.execute("from worklist.news").fetchall() == []

"worklist.tonight: what the store keeps of a row of the published worklist"

from pipeline.engine.relations import create
from tests.clinic import build, clinic, holds, insert, select


def published():
    "A clinic screened with one low and one untested patient, its worklist where a published run's would be"
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | site
        ann        | 1950-01-01 | North
        ben        | 1950-01-01 |
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 110   | 2026-01-10
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | code  | concepts   | onset_on
        ben        | vegan | vegan_diet | 2025-01-01
    """)  # fmt: skip
    build(con, "screening.worklist")
    con.execute("create schema worklist")
    con.execute("create table worklist.published as from screening.worklist")
    con.execute(
        "create table worklist.patient_site as select patient_id, site from clinical.demography"
    )
    con.execute("create table worklist.candidate as select patient_id from screening.worklist")
    create(con, "worklist.tonight")
    return con


def test_lists_are_closed_by_bars_so_that_one_is_found_whole():
    holds(published(), "worklist.tonight", """
        patient_id | site  | cohorts            | safety
        ann        | North | ¦low_b12¦          | ¦¦
        ben        |       | ¦strict_vegetarian¦| ¦¦
    """)  # fmt: skip


def test_the_facts_say_what_is_asked_and_what_it_rests_on():
    [ann, ben] = select(published(), "worklist.tonight", "facts", order="patient_id")
    assert '"B12":"low, 110 pg/mL on 2026-01-10"' in ann["facts"]
    assert '"next_step":"TREAT_IM_STANDARD (N08)"' in ann["facts"]
    assert '"B12":"never"' in ben["facts"] and '"next_step":"ORDER_B12 (N23)"' in ben["facts"]


def test_of_those_who_are_no_candidates_nothing_is_read():
    con = published()
    con.execute("delete from worklist.candidate where patient_id = 'ann'")
    create(con, "worklist.tonight")
    holds(con, "worklist.tonight", "patient_id\nben")

"Which columns of a relation a SELECT reads: a what-if and a shadow build nothing else anew."

from pipeline.engine import relation_names, relations, resting_on
from pipeline.engine.relations import relations_read_by, select_of
from tests.clinic import build, clinic

BUILT = (*relation_names("clinical"), *relation_names("screening"))


def test_no_relation_reads_a_setting_that_it_is_not_said_to_read():
    "Without the others its SELECT can still be bound"
    con = clinic("2026-01-31")
    build(con)
    con.execute("create table protocol.every_setting as from protocol.setting")
    columns = [column for column, *_ in con.execute("describe protocol.setting").fetchall()]
    readers = {name for name in BUILT if "protocol.setting" in relations_read_by(con, name)}
    read = {
        column: {*resting_on(con, BUILT, {f"protocol.setting.{column}"})} & readers
        for column in columns
    }
    assert len(readers) > 10
    for name in readers:
        named = [column for column in columns if name in read[column]]
        con.execute(
            f"create or replace table protocol.setting as select {', '.join(named)}"
            " from protocol.every_setting"
        )
        con.execute(f"explain {select_of(name)}")


def test_a_setting_rests_on_few_relations_and_a_relation_on_all_that_read_it():
    con = clinic("2026-01-31")
    acid = resting_on(con, BUILT, {"protocol.setting.stale_after_months"})
    assert "clinical.latest_b12" in acid and "clinical.patient_fact" in acid
    assert not {"clinical.medication_record", "clinical.result", "clinical.population"} & {*acid}
    whole = resting_on(con, BUILT, {"protocol.setting"})
    assert {*acid} < {*whole} and "clinical.medication_record" in whole


def test_a_star_may_stand_for_any_column_of_what_its_own_select_reads(monkeypatch):
    con = clinic("2026-01-31")
    selects = {
        "screening.whole": "select * from clinical.a cross join protocol.setting",
        "screening.own": "select a.* from clinical.a where exists (select 1 from protocol.setting)",
        "screening.named": "select s.* from clinical.a as s, protocol.setting",
        "screening.alias": "select s.* from clinical.a, protocol.setting as s",
        "screening.row": "select to_json(setting) from protocol.setting",
    }
    monkeypatch.setattr(relations, "select_of", selects.get)
    found = resting_on(con, selects, {"protocol.setting.x"})
    assert {*found} == {"screening.whole", "screening.alias", "screening.row"}

"""The audit: who saw whom, on both databases; nothing is rewritten, and what goes, goes by its retention alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from pipeline import worklist
from pipeline.worklist.store import Conflict
from pipeline.worklist.tables import access, item, seen
from tests.stores import KIM, LEE, TODAY, fill

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def ids(store):
    with store.reading() as con:
        return dict(con.execute(select(item.c.patient_id, item.c.id)).all())


def recorded(store, days_ago, *items):
    "An access of that many days before NOW"
    with store.writing() as con:
        told = {
            "at": NOW - timedelta(days=days_ago),
            "who": "kim",
            "what": "list",
            "rows": len(items),
        }
        [number] = con.execute(insert(access).values(told)).inserted_primary_key
        con.execute(insert(seen), [{"item_id": one, "access_id": number} for one in items])
    return number


def test_a_list_is_one_access_that_names_every_patient_it_showed(store):
    keys = fill(store, [{} for _ in range(1200)])
    items = ids(store)
    worklist.record_access(store, actor=KIM, what="list", items=items.values(), origin="10.0.0.5")
    worklist.record_access(store, actor=LEE, what="patient", items=[items["P00003"]])
    [patient, listed] = worklist.accesses(store)
    assert (listed["what"], listed["rows"], listed["patients"], listed["key"]) == (
        "list",
        1200,
        1200,
        None,
    )
    assert (patient["who"], patient["key"], listed["origin"]) == ("lee", keys["P00003"], "10.0.0.5")
    assert {row["patient_id"] for row in worklist.patients_seen(store, listed["id"])} == set(items)
    of = worklist.accesses(store, worklist.Asked(key=keys["P00003"]))
    assert [row["who"] for row in of] == ["lee", "kim"]
    assert len(worklist.accesses(store, worklist.Asked(key=keys["P00004"]))) == 1


def test_accesses_are_chosen_by_user_kind_and_day(store):
    [first, second] = list(ids(store).values()) if fill(store, [{}, {}]) else []
    old, new = recorded(store, 10, first), recorded(store, 1, second)
    worklist.record_access(store, actor=LEE, what="export", rows=3)
    asked = worklist.Asked

    def found(**which):
        return [row["id"] for row in worklist.accesses(store, asked(**which))]

    assert found(who="kim") == [new, old] and found(who="lee", what="list") == []
    assert found(who="kim", since=NOW - timedelta(days=2)) == [new]
    assert found(until=NOW - timedelta(days=1)) == [old], "up to, and not including"
    lines = list(worklist.access_lines(store, asked(who="kim")))
    assert [(line["id"], line["at"][:10], line["patients"]) for line in lines] == [
        (old, "2026-01-22", ["k000000000000000"]), (new, "2026-01-31", ["k000000000000001"]),
    ]  # fmt: skip


def test_a_patient_who_was_merged_is_found_under_the_surviving_one(store):
    keys = fill(store, [{}, {}])
    items = ids(store)
    worklist.record_access(store, actor=KIM, what="patient", items=[items["P00001"]])
    with store.writing() as con:
        gone = item.c.id == items["P00001"]
        con.execute(update(item).where(gone).values(merged_into=items["P00000"]))
    assert worklist.accesses(store, worklist.Asked(key=keys["P00000"]))[0]["who"] == "kim"


@pytest.mark.parametrize("table", [access, seen])
def test_the_access_log_is_never_rewritten(store, table):
    fill(store, [{}])
    worklist.record_access(store, actor=KIM, what="patient", items=ids(store).values())
    column = table.c.who if table is access else table.c.access_id
    statements = [update(table).values({column: column}), delete(table)]
    if not store.is_sqlite:
        statements.append(text(f"truncate {table.name} cascade"))
    for statement in statements:
        with pytest.raises((DBAPIError, Conflict)), store.writing() as con:
            con.execute(statement)
    assert worklist.accesses(store)[0]["patients"] == 1


def test_only_what_is_past_its_retention_goes_and_that_is_on_record(store):
    fill(store, [{}])
    [one] = ids(store).values()
    recorded(store, 100, one), recorded(store, 90, one)
    kept = recorded(store, 89, one)
    before = NOW - timedelta(days=89, seconds=1)
    assert worklist.remove_before(store, before, actor=KIM) == 2
    assert worklist.remove_before(store, before, actor=KIM) == 0
    [removed, left] = worklist.accesses(store)
    assert (removed["what"], removed["rows"], left["id"]) == ("audit_removed", 2, kept)
    with pytest.raises((DBAPIError, Conflict)), store.writing() as con:
        con.execute(delete(access).where(access.c.id == removed["id"]))


def test_of_a_forgotten_patient_it_stays_who_read_how_many_and_not_whose(store):
    fill(store, [{}, {}])
    items = ids(store)
    worklist.record_access(store, actor=KIM, what="list", items=items.values())
    worklist.forget(store, ["P00001"])
    [listed] = worklist.accesses(store)
    assert (listed["rows"], listed["patients"]) == (2, 1)
    assert [row["patient_id"] for row in worklist.patients_seen(store, listed["id"])] == ["P00000"]
    worklist.record_access(store, actor=KIM, what="list", items=items.values())
    assert worklist.accesses(store)[0]["patients"] == 1, (
        "one who was forgotten while a page was made"
    )


def test_patients_who_were_never_listed_get_an_item_to_be_recorded_by(store):
    fill(store, [{}])
    made = worklist.items_of_patients(store, ["P00000", "new", "new"], today=TODAY)
    assert set(made) == {"P00000", "new"} and made["P00000"][0] == ids(store)["P00000"]
    assert worklist.item(store, made["new"][1])["status"] == "off_list"


def test_no_detail_looks_like_another_entry(store):
    "What an address asked for is repeated in the detail: it may end a line, or turn the writing"
    forged = "unit\n2026-02-01 08:00:00  lee  login\u202e"
    worklist.record_access(store, actor=KIM, what="rejects", detail=forged)
    [entry] = worklist.accesses(store)
    assert entry["detail"] == "unit%0A2026-02-01 08:00:00  lee  login%E2%80%AE"


def test_an_id_in_what_was_asked_for_is_found_for_a_person_to_decide(store):
    detail = worklist.described(user="ANNA-1")
    worklist.record_access(store, actor=KIM, what="audit", detail=detail)
    assert worklist.texts_naming(store, lambda text: "ANNA-1" in text) == 1

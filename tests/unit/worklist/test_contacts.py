"Contact data in the store, on both databases: the newest of each column, whatever the order; read by those who may see the patient."

import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from pipeline.core.config import CONTACT
from pipeline.worklist import Actor, contacts, forget, keep_contacts, open_store, replace_contacts
from pipeline.worklist.contacts import COLUMNS
from pipeline.worklist.tables import contact, item
from tests.stores import fill


def row(patient_id, at, source="canonical", **cells):
    "A row of the table as an ingest gives it; every cell is of this instant, in microseconds"
    values = {"patient_id": patient_id, "source": source, "known_at": at} | cells
    values |= {f"{name}_at": at for name in CONTACT if cells.get(name) is not None}
    return tuple(values.get(name) for name in COLUMNS)


def held(store):
    with store.reading() as con:
        return con.execute(select(contact).order_by(contact.c.patient_id)).mappings().all()


ROWS = st.lists(
    st.builds(
        row,
        patient_id=st.sampled_from(["A", "B"]),
        at=st.integers(0, 3),
        source=st.sampled_from(["one", "two"]),
        name=st.sampled_from([None, "Ann", "Zoë", "日"]),
        phone=st.sampled_from([None, "1", "2"]),
    ),
    max_size=8,
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=ROWS, seed=st.integers(0, 10))
def test_neither_the_order_nor_a_repetition_of_deliveries_matters(store, rows, seed):
    found = []
    for order in (rows, random.Random(seed).sample([*rows, *rows], k=2 * len(rows))):
        for each in order:
            keep_contacts(store, [each])
        found.append(held(store))
        with store.writing() as con:
            con.execute(contact.delete())
    assert found[0] == found[1]
    for each in found[0]:
        for place, name in enumerate(COLUMNS):
            if name in CONTACT:
                of_patient = [one for one in rows if one[0] == each["patient_id"] and one[place]]
                newest = max(((one[2], one[place]) for one in of_patient), default=(None, None))
                assert (each[f"{name}_at"], each[name]) == newest


def test_a_replay_replaces_what_is_held_or_what_it_states_again(store, tmp_path):
    again = open_store(None, url=f"sqlite:///{tmp_path / 'again.db'}")
    keep_contacts(again, [row("A", 5, name="Ann"), row("B", 5, phone="1")])
    before = [row("A", 5, name="Zoe", phone="9"), row("B", 6, phone="2"), row("C", 1, phone="3")]
    keep_contacts(store, before)
    replace_contacts(store, again, is_whole=False)
    cells = [(each["patient_id"], each["name"], each["phone"]) for each in held(store)]
    assert cells == [("A", "Ann", "9"), ("B", None, "2"), ("C", None, "3")]
    replace_contacts(store, again, is_whole=True)
    assert held(store) == held(again)
    again.close()


def test_columns_of_an_id_come_before_those_of_ids_that_were_merged_into_it(store):
    keys = fill(store, [{"patient_id": name} for name in ("own", "old", "older", "else")])
    keep_contacts(store, [row("own", 1, name="Ann"), row("old", 9, "b", name="Old", phone="1")])
    keep_contacts(store, [row("older", 5, phone="2", email="a@b.c"), row("gone", 99, phone="3")])
    with store.writing() as con:
        [own] = con.scalars(select(item.c.id).where(item.c.patient_id == "own"))
        merged = update(item).where(item.c.patient_id.in_(("old", "older")))
        con.execute(merged.values(merged_into=own))
    found = contacts(store, [keys["own"], keys["else"]])
    assert found.keys() == {keys["own"]}
    one = found[keys["own"]]
    assert (one.name, one.phone, one.email, one.ethnicity) == ("Ann", "1", "a@b.c", None)
    assert one.source == "canonical" and one.known_at == datetime(1970, 1, 1, 0, 0, 0, 9, UTC)
    # of an id that has no item the caller knows
    also = contacts(store, [keys["own"]], also={keys["own"]: ["gone"], "other": ["old"]})
    assert also[keys["own"]].phone == "3"
    with store.writing() as con:  # the merge is withdrawn
        con.execute(merged.values(merged_into=None))
    assert contacts(store, [keys["own"]])[keys["own"]].phone is None


@pytest.mark.parametrize(
    ("role", "sites", "seen"),
    [
        ("operator", None, ""),
        ("viewer", None, "A"),
        ("viewer", ("north",), "A"),
        ("viewer", ("south",), ""),
        ("coordinator", None, "A"),
        ("steward", None, "AB"),
    ],
)
def test_they_are_seen_by_those_who_may_see_the_patient(store, role, sites, seen):
    keys = fill(
        store,
        [
            {"patient_id": "A", "site": "north", "is_opted_out": False},
            {"patient_id": "B", "site": "north", "is_opted_out": True},
        ],
    )
    keep_contacts(store, [row("A", 1, name="Ann"), row("B", 1, name="Bob")])
    found = contacts(store.seen_by(Actor("x", role, sites)), list(keys.values()))
    assert found.keys() == {keys[name] for name in seen}


def test_a_page_is_one_statement_for_its_contacts(store):
    keys = list(fill(store, [{"patient_id": f"P{place}"} for place in range(50)]).values())
    keep_contacts(store, [row(f"P{place}", 1, name=f"N{place}") for place in range(50)])
    assert {one.name for one in contacts(store, keys).values()} == {f"N{n}" for n in range(50)}


def test_who_is_forgotten_has_none_with_and_without_an_item(store):
    fill(store, [{"patient_id": "A"}, {"patient_id": "B"}])
    keep_contacts(store, [row(name, 1, name="Ann") for name in ("A", "B", "C")])
    assert forget(store, ["A", "C"]) == 3
    assert [each["patient_id"] for each in held(store)] == ["B"]
    with store.reading() as con:
        assert con.scalar(text("select count(*) from item")) == 1

"Many rows at once, on both databases"

import traceback
from datetime import date

import pytest
from sqlalchemy import insert, select

from pipeline.worklist import bulk
from pipeline.worklist.store import Conflict
from pipeline.worklist.tables import item
from tests.stores import TODAY, fill

COLUMNS = (
    "id", "key", "patient_id", "status", "is_active", "assignee", "waits_from", "version", "site",
    "b12_rising", "b12_falling", "b12_value", "reason", "is_opted_out",
)  # fmt: skip
HARD = ["a\tb\nc\\d", "\\N", "", "'\"; --", "µg/L → ␀", None]


def rows():
    return [
        (place, f"k{place}", f"P{place}", "open", True, "", "2026-02-01", 1, "", 0.1 + 0.2, -1.0, None, text, False)
        for place, text in enumerate(HARD, start=1)
    ]  # fmt: skip


def content(con):
    return con.execute(select(*(item.c[name] for name in COLUMNS)).order_by(item.c.id)).all()


def test_rows_are_what_sqlalchemy_would_have_stored(store):
    with store.writing() as con:
        bulk.insert(con, "item", COLUMNS, [rows()[:4], rows()[4:]])
        in_bulk = content(con)
        con.execute(item.delete())
        day = COLUMNS.index("waits_from")
        plain = [(*row[:day], date.fromisoformat(row[day]), *row[day + 1 :]) for row in rows()]
        con.execute(insert(item), [dict(zip(COLUMNS, row, strict=True)) for row in plain])
        assert in_bulk == content(con) and len(in_bulk) == len(HARD)


def test_an_update_finds_its_items_and_leaves_the_others(store):
    fill(store, [{}, {}, {"reason": "Other."}])
    with store.writing() as con:
        [first, second, third] = con.scalars(select(item.c.id).order_by(item.c.id)).all()
        bulk.update(
            con, columns={"id": "id", "text": "reason", "day": "changed_on"}, key="id",
            values={
                "reason": "new.text", "version": "item.version + 1",
                "changed_on": "coalesce(new.day, item.changed_on)",
            },
            rows=[[(first, HARD[0], None)], [(second, None, "2026-01-05")]],
        )  # fmt: skip
        found = con.execute(
            select(item.c.id, item.c.reason, item.c.version, item.c.changed_on).order_by(item.c.id)
        ).all()
    assert found == [
        (first, HARD[0], 2, TODAY),
        (second, None, 2, date(2026, 1, 5)),
        (third, "Other.", 1, TODAY),
    ]


def test_every_row_is_read_once(store, monkeypatch):
    monkeypatch.setattr(bulk, "READ_AT_ONCE", 2)
    fill(store, [{} for _ in range(5)])
    with store.reading() as con:
        chosen = select(item.c.id).where(item.c.status == "open").order_by(item.c.id)
        parts = list(bulk.read(con, chosen))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert len({row for part in parts for row in part}) == 5


def test_what_a_rejected_row_held_is_in_no_message(store):
    twice = [(*rows()[0][:2], "PAT-7731", *rows()[0][3:])] * 2
    with pytest.raises(Conflict) as failure, store.writing() as con:
        bulk.insert(con, "item", COLUMNS, [twice])
    assert "PAT-7731" not in "".join(traceback.format_exception(failure.value))

"""A snooze ends by itself: with a run, or when the page is opened."""

from datetime import UTC, datetime

from sqlalchemy import case, insert, select, update

from pipeline.worklist.tables import event, item


def wake(store, today):
    """Open every item whose snooze is over; returns how many. Nothing is written when none is."""
    due = (item.c.status == "snoozed") & (item.c.snoozed_until <= today)
    with store.reading() as con:
        if con.scalar(select(item.c.id).where(due).limit(1)) is None:
            return 0
    opened = {
        "status": case((item.c.assignee == "", "open"), else_="assigned"), "is_active": True,
        "status_on": today, "status_reason": None, "version": item.c.version + 1,
    }  # fmt: skip
    with (
        store.writing() as con
    ):  # one statement: rows that are locked first and changed later stand in the night's way
        woken = con.execute(
            update(item)
            .where(due)
            .values(opened)
            .returning(item.c.id, item.c.status, item.c.snoozed_until)
        ).all()
        if woken:
            con.execute(insert(event), [_event(one) for one in woken])
    return len(woken)


def _event(one):
    return {
        "item_id": one.id, "at": datetime.now(UTC), "who": "the clock", "kind": "snooze_ended",
        "from_status": "snoozed", "to_status": one.status,
        "detail": f"snoozed until {one.snoozed_until}",
    }  # fmt: skip

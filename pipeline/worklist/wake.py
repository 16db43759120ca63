"""A snooze ends by itself: at night, or when somebody looks."""

from datetime import UTC, datetime

from sqlalchemy import case, insert, select, update

from pipeline.worklist.tables import event, item


def wake(store, today):
    """Open every item whose snooze is over; returns how many. Nothing is written when none is."""
    due = (item.c.status == "snoozed") & (item.c.snoozed_until <= today)
    with store.reading() as con:
        if con.scalar(select(item.c.id).where(due).limit(1)) is None:
            return 0
    with store.writing() as con:
        found = con.execute(select(item.c.id, item.c.assignee, item.c.snoozed_until).where(due).with_for_update()).all()
        told = [_event(one) for one in found]
        opened = {
            "status": case((item.c.assignee == "", "open"), else_="assigned"), "is_active": True, "status_on": today,
            "status_reason": None, "snoozed_until": None, "version": item.c.version + 1,
        }  # fmt: skip
        con.execute(update(item).where(item.c.id.in_([one.id for one in found])).values(opened))
        if told:
            con.execute(insert(event), told)
    return len(told)


def _event(one):
    return {
        "item_id": one.id, "at": datetime.now(UTC), "who": "the clock", "kind": "snooze_ended", "from_status": "snoozed",
        "to_status": "assigned" if one.assignee else "open", "detail": f"snoozed until {one.snoozed_until}",
    }  # fmt: skip

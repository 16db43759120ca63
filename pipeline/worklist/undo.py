"""Undo: what a user did in one act, to one patient or to many, is taken back unless someone changed
the patient since."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Date, select

from pipeline.core import UsageError
from pipeline.worklist.actions import READ_ONLY, StaleItem, act, new_act, write_act
from pipeline.worklist.items import item_of_key
from pipeline.worklist.tables import NEVER, event, item

UNDONE_WITHIN = timedelta(hours=12)
DAYS = {column.name for column in item.c if isinstance(column.type, Date)}


@dataclass(frozen=True)
class Done:
    """What an act on many items did. act_id: what it is undone by. done: how many items were
    changed. left: the keys of those that were not, as others changed them or the change is not
    allowed for them."""

    act_id: str
    done: int
    left: tuple


def act_on_many(store, versions, *, actor, today=None, **asked):
    """As `actions.act`, on many items: versions by key. Returns the Done; an item that already is
    as asked counts as done. Raises UsageError where it is allowed for none of them."""
    if not actor.may("coordinator"):
        raise UsageError(READ_ONLY)
    act_id, done, left, refused = new_act(), 0, [], None
    for key, version in versions.items():
        row = item_of_key(store, key, today=today)
        try:
            if row is None or not _is_so(row, asked):
                act(store, key, actor=actor, version=version, act_id=act_id, today=today, **asked)
            done += 1
        except StaleItem:
            left.append(key)
        except UsageError as error:
            refused = error
            left.append(key)
    if refused and not done:
        raise refused
    return Done(act_id, done, tuple(left))


def _is_so(row, asked):
    return set(asked) == {"assignee"} and row["assignee"] == asked["assignee"]


def undo(store, act_id, *, actor):
    """Take back what a user did in an act within the last hours; returns the Done. A comment stays,
    and says that it was taken back. Raises UsageError: there is nothing to take back."""
    if not actor.may("coordinator"):
        raise UsageError(READ_ONLY)
    undone, done, left = new_act(), 0, []
    for told in _told_in(store, act_id, actor):
        row = item_of_key(store, told.key)
        before = json.loads(told.before)
        if row is None or row["version"] != before.pop("version"):
            left.append(told.key)
            continue
        values = {name: _as_held(name, value) for name, value in before.items()}
        status = values.get("status", row["status"])
        event_of_it = {"kind": "undone", "from_status": row["status"], "to_status": status}
        events = [event_of_it | {"detail": f"{told.kind} of {told.at:%Y-%m-%d %H:%M} UTC"}]
        if write_act(store, row, values=values, told=events, actor=actor, act_id=undone):
            done += 1
        else:
            left.append(told.key)
    if not done and not left:
        raise UsageError("There is nothing to undo: only your own changes of today can be undone.")
    return Done(undone, done, tuple(left))


def _told_in(store, act_id, actor):
    columns = (item.c.key, event.c.kind, event.c.at, event.c.before)
    told = (
        select(*columns)
        .join(item, item.c.id == event.c.item_id)
        .where(
            event.c.act == act_id, event.c.who == actor.name, event.c.before.is_not(None),
            event.c.kind != "undone", event.c.at >= datetime.now(UTC) - UNDONE_WITHIN,
        )
    )  # fmt: skip
    with store.reading() as con:
        return con.execute(told.order_by(event.c.id)).all() if act_id else []


def _as_held(name, value):
    "A value of `before` as the item holds it"
    if name == "assignee":
        return value or ""
    if name == "next_attempt_on":
        return date.fromisoformat(value) if value else NEVER
    return date.fromisoformat(value) if value and name in DAYS else value

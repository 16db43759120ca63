"""Undo: what a user did in one act, to one patient or to many, is taken back unless someone changed
the patient since."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Date, select

from pipeline.core import UsageError
from pipeline.worklist.actions import READ_ONLY, StaleItem, act, new_act, write_act
from pipeline.worklist.items import events, item_of_key
from pipeline.worklist.tables import NEVER, event, item

UNDONE_WITHIN = timedelta(hours=12)
WHY_LEFT = {
    "self": "you changed this patient after opening the page",
    "other": "someone else changed this patient in the meantime",
    "run": "the nightly run changed this patient in the meantime",
    "refused": "the change is not allowed for this patient as they are now",
}
DAYS = {column.name for column in item.c if isinstance(column.type, Date)}


@dataclass(frozen=True)
class Done:
    """What an act on many items did. act_id: what it is undone by. done: how many items were
    changed. left: the keys of those that were not; why: for those of `act_on_many`, one of WHY_LEFT
    by key."""

    act_id: str
    done: int
    left: tuple
    why: dict[str, str] = field(default_factory=dict)


def act_on_many(store, versions, *, actor, today=None, act_id=None, each=None, **asked):
    """As `actions.act`, on many items: versions by key. each: by key, what is asked for this item
    besides. Returns the Done; an item that already is as asked counts as done. Raises UsageError
    where it is allowed for none of them."""
    if not actor.may("coordinator"):
        raise UsageError(READ_ONLY)
    act_id, done, why, refused = act_id or new_act(), 0, {}, None
    for key, version in versions.items():
        row = item_of_key(store, key, today=today)
        wanted = asked | (each or {}).get(key, {})
        try:
            if row is None or not _is_so(row, wanted):
                act(store, key, actor=actor, version=version, act_id=act_id, today=today, **wanted)
            done += 1
        except StaleItem as stale:
            why[key] = _who_changed(stale.last, actor)
        except UsageError as error:
            refused = error
            why[key] = "refused"
    if refused and not done:
        raise refused
    return Done(act_id, done, tuple(why), why)


def changed_by(store, key, actor):
    """Who changed an item last, as a key of WHY_LEFT."""
    return _who_changed(next(iter(events(store, key)), None), actor)


def _who_changed(last, actor):
    if last is None or last["who"] is None:
        return "run"
    return "self" if last["who"] == actor.name else "other"


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

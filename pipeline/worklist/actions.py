"""What people do to items. Nobody overwrites what he has not seen: each change names the version
that it was made on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update

from pipeline.core import Failure, UsageError, clock
from pipeline.worklist.items import events, item_of_key
from pipeline.worklist.statuses import ACTIVE, NEEDS_A_REASON, ROLES, SET_BY_PEOPLE
from pipeline.worklist.tables import event, item

UNCHANGED = object()
LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True)
class Actor:
    """Who acts, and as what: viewer, coordinator, steward or admin; each may what those before may."""

    name: str
    role: str

    def may(self, role):
        return ROLES.index(self.role) >= ROLES.index(role)


class StaleItem(Failure):
    """The item changed since it was read. `row`: as it is now; `last`: the newest event."""

    def __init__(self, row, last):
        super().__init__(
            "Somebody changed this item since you opened it; nothing was saved. Look at what"
            " changed, and save again if it still holds."
        )
        self.row, self.last = row, last


def act(
    store,
    key,
    *,
    actor,
    version,
    to=None,
    reason=None,
    until=None,
    assignee=UNCHANGED,
    comment=None,
    today=None,
):
    """Change an item's status (`to`, with reason or until), its assignee, or leave a comment;
    returns the row as it is then.

    version: that of the row the person saw. Raises StaleItem, and UsageError for what the lifecycle
    does not allow.
    """
    row, today = row_to_change(store, key, actor), today or clock.today()
    if row["version"] != version:
        raise StaleItem(row, next(iter(events(store, key)), None))
    values, told = _planned(
        row, to=to, reason=reason, until=until, assignee=assignee, comment=comment, today=today
    )
    with store.writing() as con:
        changed = con.execute(
            update(item)
            .where(item.c.key == key, item.c.version == version)
            .values(**values, version=item.c.version + 1)
        ).rowcount
        if changed:
            con.execute(
                insert(event),
                [
                    {"item_id": row["id"], "at": datetime.now(UTC), "who": actor.name, **one}
                    for one in told
                ],
            )
    if not changed:
        raise StaleItem(item_of_key(store, key), next(iter(events(store, key)), None))
    return item_of_key(store, key, today=today)


def assign(store, versions, *, actor, assignee, today=None):
    """Assign many items at once: versions by key. Returns how many are theirs now, and the keys of
    those left alone.

    Left alone: what somebody changed meanwhile, and who is not on the worklist. One of them holds
    up none of the others.
    """
    done, left = 0, []
    for key, version in versions.items():
        row = row_to_change(store, key, actor)
        if row["assignee"] != assignee and (
            row["version"] != version or row["status"] not in SET_BY_PEOPLE
        ):
            left.append(key)
            continue
        try:
            if row["assignee"] != assignee:
                act(store, key, actor=actor, version=version, assignee=assignee, today=today)
            done += 1
        except StaleItem:
            left.append(key)
    return done, left


def row_to_change(store, key, actor):
    """The row of an item that somebody may change. Raises UsageError."""
    if not actor.may("coordinator"):
        raise UsageError(
            "A viewer changes nothing. Ask an administrator for the role of a coordinator."
        )
    row = item_of_key(store, key)
    if row is None:
        raise UsageError("There is no such item.")
    return row


def _planned(row, *, to, reason, until, assignee, comment, today):
    "The new values of the item, and the events that tell of them"
    values, told = {}, []
    if assignee is not UNCHANGED and (assignee or None) != row["assignee"]:
        if row["status"] not in SET_BY_PEOPLE:
            raise UsageError("This patient is not on the worklist now: there is nothing to assign.")
        values["assignee"] = assignee or ""
        to = to or (
            "assigned"
            if assignee and row["status"] == "open"
            else "open"
            if not assignee and row["status"] == "assigned"
            else None
        )
        told.append(
            _told(
                "assigned",
                row["status"],
                to or row["status"],
                f"{row['assignee'] or 'nobody'} → {assignee or 'nobody'}",
            )
        )
    is_said_anew = (reason and reason != row["status_reason"]) or (
        until and until != row["snoozed_until"]
    )
    if to is not None and (
        to != row["status"] or (is_said_anew and to in (*NEEDS_A_REASON, "snoozed"))
    ):
        _allow(
            row,
            to,
            reason=reason,
            until=until,
            today=today,
            has_assignee=bool(values.get("assignee", row["assignee"])),
        )
        values |= {
            "status": to, "is_active": to in ACTIVE, "status_on": today, "status_reason": reason,
            "snoozed_until": until if to == "snoozed" else None,
        }  # fmt: skip
        detail = "; ".join(filter(None, [reason, f"until {until}" if to == "snoozed" else None]))
        if "assignee" not in values or to not in ("assigned", "open"):
            told.append(_told("status", row["status"], to, detail or None))
    if comment:
        told.append(_told("comment", row["status"], values.get("status", row["status"]), comment))
    if not told:
        raise UsageError(
            "Nothing to change: choose another status, an assignee, or write a comment."
        )
    return values, told


def _told(kind, before, after, detail):
    return {"kind": kind, "from_status": before, "to_status": after, "detail": detail}


def _allow(row, to, *, reason, until, today, has_assignee):
    if to not in SET_BY_PEOPLE:
        raise UsageError(f"{to} is no status that people set: {', '.join(SET_BY_PEOPLE)}.")
    if row["status"] not in SET_BY_PEOPLE:
        raise UsageError(
            "This patient is not on the worklist now: the status comes from the data. You can leave"
            " a comment."
        )
    if to in NEEDS_A_REASON and not (reason or "").strip():
        raise UsageError(f"Say why: {to.replace('_', ' ')} needs a reason.")
    if to == "assigned" and not has_assignee:
        raise UsageError("Say to whom.")
    if to == "snoozed" and (until is None or not today < until <= today + LONGEST_SNOOZE):
        raise UsageError("Snooze until a day after today, within a year.")

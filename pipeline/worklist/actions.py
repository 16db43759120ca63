"""What people do to items. No unseen change is overwritten: each change names the version
that it was made on."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, update

from pipeline.core import Failure, UsageError, clock
from pipeline.worklist.items import events, item_of_key
from pipeline.worklist.statuses import (
    ACTIVE,
    ANSWERED,
    CHANNELS,
    FAILED,
    NEEDS_A_REASON,
    OUTCOMES,
    ROLES,
    SET_BY_PEOPLE,
    UNANSWERED,
)
from pipeline.worklist.tables import NEVER, event, item

UNCHANGED = object()
ACT_BYTES = 9
CLINICIAN_LETTER = "clinician_letter"  # the kind of its event: the patient was not written to
NO_ATTEMPT = {"channel": None, "outcome": None}
READ_ONLY = "Viewers cannot make changes. Ask an administrator for the role of coordinator."
NOT_LISTED = (
    "This patient is not on the worklist now, so the status cannot be changed. You can leave a"
    " comment."
)
URGENT = 1  # priority
LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True)
class Attempt:
    """An attempt to reach a patient. channel, outcome: of CHANNELS and OUTCOMES. next_on: the day
    to try again, else None. wording: of a letter or an SMS, which template it was."""

    channel: str
    outcome: str
    next_on: date | None = None
    wording: str | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts, and their role: each may do what those before it in ROLES may.

    sites: the patients of which sites they see, "" for those without one; None: of every site.
    password_version: by which of their passwords they proved who they are just now, if by one.
    """

    name: str
    role: str
    sites: tuple[str, ...] | None = None
    password_version: int | None = field(default=None, compare=False, repr=False)

    def may(self, role):
        return ROLES.index(self.role) >= ROLES.index(role)


class StaleItem(Failure):
    """The item changed since it was read. `row`: as it is now; `last`: the newest event."""

    def __init__(self, row, last):
        super().__init__(
            "Someone else changed this patient since you opened the page, so nothing was saved."
            " Check what changed, then save again if your change still applies."
        )
        self.row, self.last = row, last


def act(store, key, *, actor, version, act_id=None, assignee=UNCHANGED, today=None, **asked):
    """Change an item's status or assignee, log an attempt to reach the patient, or leave a comment;
    returns the row as it is then.

    version: that of the row the person saw. act_id: what `undo` finds it by. asked: `to`, a status,
    with `reason` or `until`; `attempt`, an Attempt; `clinician_letter`, the wording of a letter to
    the patient's clinician; and `comment`. Raises StaleItem, and UsageError for what the lifecycle
    does not allow.
    """
    row, today = row_to_change(store, key, actor), today or clock.today()
    if row["version"] != version:
        raise _stale(store, key, row)
    values, told = _planned(row, _Asked(assignee=assignee, today=today, **asked))
    if not write_act(store, row, values=values, told=told, actor=actor, act_id=act_id):
        raise _stale(store, key, item_of_key(store, key))
    return item_of_key(store, key, today=today)


def new_act():
    """What the events of one act are found by: a random text."""
    return secrets.token_urlsafe(ACT_BYTES)


def write_act(store, row, *, values, told, actor, act_id):
    """Change an item, unless someone changed it meanwhile, and tell of it; returns whether it was
    changed. told: the events. What `values` replace is kept with the first of them."""
    before = {name: row[name] for name in values} | {"version": row["version"] + 1}
    kept = {"before": json.dumps(before, default=str)}
    with store.writing() as con:
        changed = con.execute(
            update(item)
            .where(item.c.id == row["id"], item.c.version == row["version"])
            .values(**values, version=item.c.version + 1)
        ).rowcount
        if changed:
            common = {
                "item_id": row["id"], "at": datetime.now(UTC), "who": actor.name, "act": act_id,
                "before": None, **NO_ATTEMPT,
            }  # fmt: skip
            events = [common | each for each in told]
            events[0] |= kept
            con.execute(insert(event), events)
    return bool(changed)


def _stale(store, key, row):
    return StaleItem(row, next(iter(events(store, key)), None))


def row_to_change(store, key, actor):
    """The row of an item that may be changed. Raises UsageError."""
    if not actor.may("coordinator"):
        raise UsageError(READ_ONLY)
    row = item_of_key(store, key)
    if row is None:
        raise UsageError("This patient is not on the worklist. Go back to the worklist.")
    return row


@dataclass(frozen=True)
class _Asked:
    "A requested change; assignee: UNCHANGED, a name, or empty to unassign"

    assignee: object
    today: date
    to: str | None = None
    reason: str | None = None
    until: date | None = None
    attempt: Attempt | None = None
    clinician_letter: str | None = None
    comment: str | None = None


def _planned(row, asked):
    "The new values of the item, and the events that tell of them"
    values, told, to = {}, [], asked.to
    if asked.attempt:
        values, to = _attempted(row, asked)
        told.append(_told("attempt", row["status"], to or row["status"], _said_of(asked.attempt)))
        told[-1] |= {"channel": asked.attempt.channel, "outcome": asked.attempt.outcome}
    if asked.clinician_letter:
        status = row["status"]
        told.append(_told(CLINICIAN_LETTER, status, status, asked.clinician_letter))
    if asked.assignee is not UNCHANGED and (asked.assignee or None) != row["assignee"]:
        assigned, to = _assigned(row, asked, to)
        values |= assigned
        detail = f"{row['assignee'] or 'not assigned'} → {asked.assignee or 'not assigned'}"
        told.append(_told("assigned", row["status"], to or row["status"], detail))
    if _is_new_status(row, to, asked):
        _allow(row, to, asked, has_assignee=bool(values.get("assignee", row["assignee"])))
        if not ("assignee" in values and to in ("assigned", "open")):  # else it is told already
            told.append(_told("status", row["status"], to, _detail(to, asked)))
        values |= _in_status(to, asked)
    if asked.comment:
        status = values.get("status", row["status"])
        told.append(_told("comment", row["status"], status, asked.comment))
    if not told:
        raise UsageError("Nothing to save: choose another status or assignee, or enter a comment.")
    return values, told


def _detail(to, asked):
    until = f"until {asked.until}" if to == "snoozed" else None
    return "; ".join(filter(None, [asked.reason, until])) or None


def _in_status(to, asked):
    values = {
        "status": to, "is_active": to in ACTIVE, "status_on": asked.today,
        "status_reason": asked.reason, "snoozed_until": asked.until if to == "snoozed" else None,
    }  # fmt: skip
    return values if to in ACTIVE else values | {"next_attempt_on": NEVER}


def _attempted(row, asked):
    """What an attempt changes of an item, and the status that follows from it where none is asked
    for: contacted once the patient was reached."""
    attempt, to = asked.attempt, asked.to
    if attempt.channel not in CHANNELS or attempt.outcome not in OUTCOMES:
        raise UsageError("Choose how you tried to reach the patient, and what came of it.")
    if row["status"] not in SET_BY_PEOPLE:
        raise UsageError(NOT_LISTED)
    if attempt.next_on and not asked.today <= attempt.next_on <= asked.today + LONGEST_SNOOZE:
        raise UsageError("Choose a day for the next attempt from today to one year ahead.")
    is_sent = attempt.outcome not in (*FAILED, *ANSWERED)
    before_contact = ("open", "assigned") if is_sent else ("open", "assigned", "unreachable")
    if not to and attempt.outcome not in FAILED and row["status"] in before_contact:
        to = "contacted"
    planned = row["next_attempt_on"] if is_sent else None  # a letter does not end what is planned
    return {
        "failed_attempts": _failed(row["failed_attempts"], attempt.outcome),
        "next_attempt_on": attempt.next_on or planned or NEVER,
    }, to


def _failed(before, outcome):
    "Attempts in a row that failed; something that was sent is neither a failure nor a success"
    return before + (outcome in FAILED) if outcome in UNANSWERED else 0


def _said_of(attempt):
    next_on = attempt.next_on and f"next attempt {attempt.next_on}"
    return "; ".join(filter(None, (attempt.wording, next_on))) or None


def _assigned(row, asked, to):
    "The new assignee, and the status that follows from it where none is asked for"
    if row["status"] not in SET_BY_PEOPLE:
        raise UsageError("This patient is not on the worklist now, so there is nothing to assign.")
    if not to and asked.assignee and row["status"] == "open":
        to = "assigned"
    elif not to and not asked.assignee and row["status"] == "assigned":
        to = "open"
    return {"assignee": asked.assignee or ""}, to


def _is_new_status(row, to, asked):
    "Another status; or the same with another reason or day, where it has one"
    if to is None or to != row["status"]:
        return to is not None
    has_new_reason = asked.reason and asked.reason != row["status_reason"]
    has_new_day = asked.until and asked.until != row["snoozed_until"]
    return bool(has_new_reason or has_new_day) and to in (*NEEDS_A_REASON, "snoozed")


def _told(kind, before, after, detail):
    return {"kind": kind, "from_status": before, "to_status": after, "detail": detail}


def _allow(row, to, asked, *, has_assignee):
    if to not in SET_BY_PEOPLE:
        raise UsageError(
            f"The status {to} cannot be set by hand. Choose one of: {', '.join(SET_BY_PEOPLE)}."
        )
    if row["status"] not in SET_BY_PEOPLE:
        raise UsageError(NOT_LISTED)
    if to in NEEDS_A_REASON and not (asked.reason or "").strip():
        raise UsageError(f"Enter a reason for: {to.replace('_', ' ')}.")
    if to == "done" and row["priority"] == URGENT and not (asked.reason or "").strip():
        raise UsageError("This patient is urgent. Enter a reason for closing them.")
    if to == "assigned" and not has_assignee:
        raise UsageError("Choose an assignee.")
    latest = asked.today + LONGEST_SNOOZE
    if to == "snoozed" and (asked.until is None or not asked.today < asked.until <= latest):
        raise UsageError("Choose a date from tomorrow to one year ahead.")

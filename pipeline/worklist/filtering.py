"""Filters of the worklist, and their conditions in the database."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, or_

from pipeline.runs import PROTOCOL_CHANGED
from pipeline.worklist.funnel import Identified, in_episodes
from pipeline.worklist.need_to_know import seen_in_lists
from pipeline.worklist.statuses import SET_BY_PEOPLE, STATUSES
from pipeline.worklist.tables import event, item

LISTED = tuple(status for status in STATUSES if status != "off_list")
NAMED = {  # of a Filter: the column that must hold one of its values
    "priority": item.c.priority, "action": item.c.action, "keys": item.c.key,
    "site": item.c.site, "assignee": item.c.assignee,
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which items: of each kind any of the values named, of every kind at all. No status: those
    with work to do.

    assignee, site: "" stands for none. waiting: for that many days at least. new_since: listed on
    that day or later, changed_since: listed before it and changed since. protocol_since: changed on
    that day or later on the first night of another protocol. reopened_by: people had put it aside,
    the run of this id or a later one opened it again by another protocol, and it is still open or
    assigned. attempt_due: the patient is to be tried again by that day. patient: the id begins so.
    identified: of an episode; then in any status where none is named.
    """

    priority: tuple = ()
    action: tuple = ()
    alert: tuple = ()
    cohort: tuple = ()
    site: tuple = ()
    assignee: tuple = ()
    status: tuple = ()
    waiting: int | None = None
    new_since: date | None = None
    changed_since: date | None = None
    protocol_since: date | None = None
    reopened_by: str | None = None
    attempt_due: date | None = None
    patient: str | None = None
    keys: tuple = ()
    identified: Identified | None = None


def conditions(store, chosen, today, any_status=False):
    """A Filter as conditions of a SELECT, among what the reader of the store sees; every value is
    bound."""
    return [
        *seen_in_lists(store),
        item.c.patient_id.is_not(None),
        *_status(chosen, any_status),
        *_named(chosen),
        *_listed_among(chosen),
        *_waiting(chosen, today),
        *_since(chosen),
        *_by_protocol(chosen),
        *in_episodes(chosen.identified),
    ]


def _status(chosen, any_status):
    if chosen.status:
        yield item.c.status.in_(chosen.status)
    elif any_status or chosen.keys or chosen.identified:
        yield item.c.status.in_(LISTED)  # one by one, as the index of statuses has them
    else:
        yield item.c.is_active


def _named(chosen):
    for name, column in NAMED.items():
        values = getattr(chosen, name)
        if values:
            yield column.in_(values)


def _listed_among(chosen):
    for values, column in ((chosen.alert, item.c.safety), (chosen.cohort, item.c.cohorts)):
        if values:
            yield or_(*(column.contains(f"|{one}|", autoescape=True) for one in values))


def _waiting(chosen, today):
    if chosen.waiting:
        yield item.c.waits_from <= today - timedelta(days=chosen.waiting)
    if chosen.patient:
        yield item.c.patient_id.startswith(chosen.patient, autoescape=True)


def _since(chosen):
    if chosen.new_since:
        yield item.c.opened_on >= chosen.new_since
    if chosen.changed_since:
        yield item.c.changed_on >= chosen.changed_since
        yield item.c.opened_on < chosen.changed_since
    if chosen.attempt_due:
        yield item.c.next_attempt_on <= chosen.attempt_due


def _by_protocol(chosen):
    if chosen.protocol_since:
        yield item.c.changed_on >= chosen.protocol_since
        yield item.c.changed_because.startswith(PROTOCOL_CHANGED, autoescape=True)
    if chosen.reopened_by:
        yield item.c.status.in_(("open", "assigned"))
        yield exists().where(
            event.c.item_id == item.c.id,
            event.c.kind == "reopened",
            event.c.from_status.in_(SET_BY_PEOPLE),
            event.c.run_id >= chosen.reopened_by,  # ids of runs are in order of their start
            event.c.detail.startswith(PROTOCOL_CHANGED, autoescape=True),
        )

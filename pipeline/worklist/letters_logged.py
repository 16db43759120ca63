"""Which letters were logged, in one act or of a patient lately: from the events of the items, so
that nothing that a letter says is kept."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select

from pipeline.worklist.actions import CLINICIAN_LETTER
from pipeline.worklist.items import in_utc
from pipeline.worklist.need_to_know import seen_alone
from pipeline.worklist.tables import event, item
from pipeline.worklist.undo import UNDONE_WITHIN

WRITTEN = ("letter", "sms")  # channels


@dataclass(frozen=True)
class LoggedLetter:
    """A letter that was logged: of which item, with which wording, at which instant in UTC."""

    key: str
    item_id: int
    wording: str
    at: datetime


def letters_logged(store, act_id, *, actor):
    """The LoggedLetters of an act of a user within the last hours, in order, among the patients
    whom the reader sees; without those that were taken back."""
    since = datetime.now(UTC) - UNDONE_WITHIN
    of_act = (event.c.act == act_id, event.c.who == actor.name, event.c.at >= since)
    return _logged(store, of_act) if act_id else []


def letters_lately(store, keys, *, days):
    """The LoggedLetters of these items within so many days, in order, of any author; without
    those that were taken back."""
    since = datetime.now(UTC) - timedelta(days=days)
    return _logged(store, (item.c.key.in_(list(keys)), event.c.at >= since))


def _logged(store, chosen):
    columns = (item.c.key, event.c.item_id, event.c.detail, event.c.at, event.c.before)
    of_patient = (event.c.kind == "attempt") & event.c.channel.in_(WRITTEN)
    told = (
        select(*columns)
        .join(item, item.c.id == event.c.item_id)
        .where(
            *chosen, or_(event.c.kind == CLINICIAN_LETTER, of_patient),
            event.c.detail.is_not(None), event.c.before.is_not(None), *seen_alone(store),
        )
        .order_by(event.c.id)
    )  # fmt: skip
    with store.reading() as con:
        rows = con.execute(told).all()
        gone = _taken_back(con, [row.item_id for row in rows])
    return [
        LoggedLetter(row.key, row.item_id, row.detail.split(";")[0], in_utc(row.at))
        for row in rows
        if (row.item_id, _version(row)) not in gone
    ]


def _taken_back(con, items):
    """(item, version) of acts that were taken back: what does so leaves the next version of the
    item, as `sql/worklist/counted_event.sql` reads it, too"""
    columns = (event.c.item_id, event.c.before)
    undone = select(*columns).where(event.c.kind == "undone", event.c.item_id.in_(items))
    return {(row.item_id, _version(row) - 1) for row in con.execute(undone)} if items else set()


def _version(row):
    return json.loads(row.before)["version"]

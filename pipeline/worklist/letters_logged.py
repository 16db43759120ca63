"""Which letters a user logged in one act: from the events of the items, so that nothing that a
letter says is kept."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

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
    columns = (item.c.key, event.c.item_id, event.c.detail, event.c.at, event.c.before)
    is_letter = or_(
        event.c.kind == CLINICIAN_LETTER,
        (event.c.kind == "attempt") & event.c.channel.in_(WRITTEN),
    )
    of_act = (event.c.act == act_id, event.c.who == actor.name)
    told = (
        select(*columns)
        .join(item, item.c.id == event.c.item_id)
        .where(
            *of_act, is_letter, event.c.detail.is_not(None), event.c.before.is_not(None),
            event.c.at >= datetime.now(UTC) - UNDONE_WITHIN, *seen_alone(store),
        )
        .order_by(event.c.id)
    )  # fmt: skip
    items = select(event.c.item_id).where(*of_act)
    undone = select(event.c.item_id, event.c.before).where(
        event.c.kind == "undone", event.c.item_id.in_(items)
    )
    with store.reading() as con:
        rows = con.execute(told).all() if act_id else []
        # what takes an act back is the next version of the item, as `sql/worklist` reads it, too
        gone = {(one.item_id, _version(one) - 1) for one in con.execute(undone)} if rows else set()
    return [
        LoggedLetter(row.key, row.item_id, row.detail.split(";")[0], in_utc(row.at))
        for row in rows
        if (row.item_id, _version(row)) not in gone
    ]


def _version(row):
    return json.loads(row.before)["version"]

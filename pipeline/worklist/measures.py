"""How fast people act, and when they were here last, from the audit trail."""

from datetime import UTC, datetime, time
from itertools import groupby

from sqlalchemy import func, select

from pipeline.core import zone
from pipeline.worklist.filtering import conditions
from pipeline.worklist.items import in_utc
from pipeline.worklist.need_to_know import seen_in_lists
from pipeline.worklist.tables import access, event, item, run

ACTS = ("contacted", "ordered", "referred", "unreachable", "declined", "done", "not_appropriate")
BY_PEOPLE = ("status", "assigned")
BEGINS = ("opened", "reopened")


def days_to_action(store, *, since):
    """By priority: for each time an item came onto the list since an instant and was acted on, the
    days to first action.

    An act is a status that people set, beyond open, assigned and snoozed. What came back before
    any user acted counts from then.
    """
    acted = select(event.c.item_id).where(
        event.c.kind.in_(BY_PEOPLE), event.c.to_status.in_(ACTS), event.c.at >= since
    )
    columns = (event.c.item_id, item.c.priority, event.c.at, event.c.kind, event.c.to_status)
    told = (
        select(*columns)
        .join(item, item.c.id == event.c.item_id)
        .where(event.c.item_id.in_(acted), event.c.at >= since, *seen_in_lists(store))
    )
    spans = {}
    with store.reading() as con:
        for (_, priority), events in groupby(
            con.execute(told.order_by(event.c.item_id, event.c.at, event.c.id)),
            key=lambda row: row[:2],
        ):
            spans.setdefault(priority, []).extend(_spans(events))
    return {priority: days for priority, days in spans.items() if days}


def _spans(events):
    began = None
    for act in events:
        if act.kind in BEGINS:
            began = act.at
        elif began and act.kind in BY_PEOPLE and act.to_status in ACTS:
            yield (in_utc(act.at) - in_utc(began)).total_seconds() / 86400
            began = None


def middle_wait(store, chosen, *, today):
    """How many items a Filter chooses, and the days that the one in the middle of them waits, None
    without any."""
    waits = select(item.c.waits_from).where(*conditions(store, chosen, today))
    with store.reading() as con:
        total = con.scalar(select(func.count()).select_from(waits.subquery()))
        in_order = waits.order_by(item.c.waits_from, item.c.patient_id)
        since = con.scalar(in_order.limit(1).offset(max(0, (total - 1) // 2)))
    return total, since and max(0, (today - since).days)


def changes_since_visit(store, who, *, today):
    """The first day of the runs that the worklist followed since a user last looked at it on an
    earlier day: what came onto it from that day on, they have not seen.

    Without such a look, the day of the last run. None: no run came since.
    """
    midnight = datetime.combine(today, time(), zone()).astimezone(UTC)
    looked = select(func.max(access.c.at)).where(
        access.c.who == who, access.c.what == "list", access.c.at < midnight
    )
    with store.reading() as con:
        last = con.scalar(looked)
        if last is None:
            return con.scalar(select(func.max(run.c.as_of)).where(run.c.is_followed))
        return con.scalar(
            select(func.min(run.c.as_of)).where(run.c.is_followed, run.c.finished_at > last)
        )

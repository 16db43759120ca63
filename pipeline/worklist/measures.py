"""How fast people act, from the audit trail."""

from sqlalchemy import func, select

from pipeline.worklist.items import in_utc
from pipeline.worklist.tables import event, item

ACTS = ("contacted", "ordered", "referred", "unreachable", "declined", "done", "not_appropriate")


def days_to_action(store, *, since):
    """By priority: for each time an item came onto the list since an instant and was acted on, the days until the first act.

    An act is a status that people set, beyond open, assigned and snoozed.
    """
    opened, acted = event.alias("opened"), event.alias("acted")
    spans = (
        select(item.c.priority, opened.c.at, func.min(acted.c.at).label("acted_at"))
        .join(opened, opened.c.item_id == item.c.id)
        .join(acted, (acted.c.item_id == opened.c.item_id) & (acted.c.at > opened.c.at))
        .where(opened.c.kind.in_(("opened", "reopened")), opened.c.at >= since)
        .where(acted.c.kind.in_(("status", "assigned")), acted.c.to_status.in_(ACTS))
        .group_by(opened.c.id, item.c.priority, opened.c.at)
    )
    found = {}
    with store.reading() as con:
        for priority, opened_at, acted_at in con.execute(spans):
            found.setdefault(priority, []).append((in_utc(acted_at) - in_utc(opened_at)).total_seconds() / 86400)
    return found

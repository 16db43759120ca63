"""An item as the pages and exports show it."""

from pipeline.worklist.tables import CONTENT, item

LISTS = ("safety", "flags", "cohorts")
COLUMNS = (
    item.c.id, item.c.key, item.c.patient_id, item.c.status, item.c.status_reason, item.c.status_on,
    item.c.assignee, item.c.snoozed_until, item.c.version, item.c.opened_on, item.c.waits_from,
    item.c.changed_on, item.c.changed_because, item.c.is_active, item.c.is_opted_out,
    *(item.c[column.name] for column in CONTENT if column.name != "facts"),
)  # fmt: skip


def as_row(row, today):
    """A row of the store as a dict: its lists as lists, an empty assignee or site as None, and
    `waiting_days` up to today."""
    lists = {name: [one for one in (row[name] or "").split("|") if one] for name in LISTS}
    until = row["snoozed_until"] if row["status"] == "snoozed" else None
    named = {name: row[name] or None for name in ("site", "assignee")}
    return {
        **row,
        **lists,
        **named,
        "snoozed_until": until,
        "waiting_days": max(0, (today - row["waits_from"]).days),
    }

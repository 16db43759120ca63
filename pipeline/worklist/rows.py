"""An item as the pages and exports show it."""

from pipeline.worklist.tables import CONTENT, NEVER, item

LISTS = ("safety", "flags", "cohorts")
COLUMNS = (
    item.c.id, item.c.key, item.c.patient_id, item.c.status, item.c.status_reason, item.c.status_on,
    item.c.assignee, item.c.snoozed_until, item.c.version, item.c.opened_on, item.c.waits_from,
    item.c.changed_on, item.c.changed_because, item.c.is_active, item.c.is_opted_out,
    item.c.failed_attempts, item.c.next_attempt_on,
    *(item.c[column.name] for column in CONTENT if column.name != "facts"),
)  # fmt: skip


def as_row(row, today):
    """A row of the store as a dict: its lists as lists, an empty assignee or site as None, and
    `waiting_days` and `listed_days` up to today, the age in years."""
    lists = {name: [one for one in (row[name] or "").split("|") if one] for name in LISTS}
    until = row["snoozed_until"] if row["status"] == "snoozed" else None
    named = {name: row[name] or None for name in ("site", "assignee")}
    return {
        **row,
        **lists,
        **named,
        "snoozed_until": until,
        "next_attempt_on": None if row["next_attempt_on"] == NEVER else row["next_attempt_on"],
        "waiting_days": max(0, (today - row["waits_from"]).days),
        "listed_days": max(0, (today - row["opened_on"]).days) if row["opened_on"] else None,
        "age": age_in_years(row["born_on"], row["born_latest_on"], today),
    }


def age_in_years(born_on, born_latest_on, today):
    """The age in whole years, as text: `54`, `53 or 54` of a birth known as a month or a year, None
    of one that is not known. born_on, born_latest_on: its first and its last possible day."""
    if born_on is None:
        return None
    ages = sorted({max(0, _years(day, today)) for day in (born_on, born_latest_on or born_on)})
    return " or ".join(str(age) for age in ages)


def _years(born, today):
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

"""How soon a site means to act on each priority, and who waits longer."""

from pipeline.core import settings
from pipeline.protocol import labels


def aim_of(priority):
    """Days from listing to first action that the site aims at, by priority; None for none."""
    days = settings().priority_days.split(",")
    return int(days[priority - 1]) if priority in labels.PRIORITIES else None


def is_overdue(row):
    """Whether a row of the worklist waits for a first action for longer than the site aims at."""
    aim = aim_of(row["priority"])
    waits = row["status"] in ("open", "assigned") and row["listed_days"] is not None
    return bool(aim and waits and row["listed_days"] > aim)

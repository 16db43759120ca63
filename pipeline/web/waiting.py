"""How long patients wait until somebody acts."""

from itertools import islice
from statistics import median

from pipeline import worklist

ACTED = ("contacted", "ordered", "referred", "unreachable", "declined", "done", "not_appropriate")
WAIT = ("open", "assigned")
LOOKED_AT = 5_000  # of those acted on, the ones that came last: the page stays fast when years of them are kept


def time_to_action(store, *, today):
    """By priority: how many items people acted on, the median of days from the list to the last action, how many wait, and how long."""
    acted = _acted(store, today)
    return {number: {**_spans(acted[number]), **_waits(store, number, today)} for number in (1, 2, 3, 4)}


def _acted(store, today):
    found = {number: [] for number in (1, 2, 3, 4)}
    chosen = worklist.Filter(status=ACTED, priority=tuple(found))
    for row in islice(worklist.listed(store, chosen, today=today, sort="waiting", descending=True), LOOKED_AT):
        found[row["priority"]].append(max(0, (row["status_on"] - row["opened_on"]).days))
    return found


def _spans(days):
    return {"acted": len(days), "days": median(days) if days else None}


def _waits(store, number, today):
    "The median is the row in the middle of the list that is sorted by it"
    chosen = worklist.Filter(status=WAIT, priority=(number,))
    total = worklist.page(store, chosen, today=today, sort="waiting", size=1).total
    [*middle] = worklist.page(store, chosen, today=today, sort="waiting", size=1, number=(total + 1) // 2).rows
    return {"waiting": total, "waiting_days": middle[0]["waiting_days"] if middle else None}

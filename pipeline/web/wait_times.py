"""How long patients wait for the first action."""

from datetime import UTC, datetime, timedelta
from statistics import median

from pipeline import worklist

WAIT = ("open", "assigned")
LOOK_BACK = timedelta(days=365)


def time_to_action(store, *, today):
    """By priority: how often people acted within the last year, the median of days from the list to
    the act, how many wait, how long."""
    acted = worklist.days_to_action(store, since=datetime.now(UTC) - LOOK_BACK)
    return {
        number: {**_spans(acted.get(number, [])), **_waits(store, number, today)}
        for number in (1, 2, 3, 4)
    }


def _spans(days):
    return {"acted": len(days), "days": median(days) if days else None}


def _waits(store, number, today):
    chosen = worklist.Filter(status=WAIT, priority=(number,))
    total, middle = worklist.middle_wait(store, chosen, today=today)
    return {"waiting": total, "waiting_days": middle}

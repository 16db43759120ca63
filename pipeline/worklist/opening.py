"""Break-glass: a user opens the patient of another site, for some hours, with a reason that is kept
with the access."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from pipeline.core import UsageError
from pipeline.worklist.audit import write_access
from pipeline.worklist.items import in_utc
from pipeline.worklist.tables import break_glass

REASONS = {
    "care": "I am treating this patient",
    "emergency": "Emergency",
    "cover": "I am covering for a colleague at the patient's site",
    "safety": "A concern about the patient's safety",
}
LONGEST = 500  # characters of an explanation


def check_reason(reason, because):
    """The words of a reason. Raises UsageError unless it is one of REASONS, and `because` explains
    it in at most LONGEST characters."""
    if reason not in REASONS or not because:
        raise UsageError("Choose a reason and explain it in your own words.")
    if len(because) > LONGEST:
        raise UsageError(f"Explain it in at most {LONGEST} characters.")
    return REASONS[reason]


def open_with_reason(store, item_id, *, reason, because, hours, origin=None):
    """Let the reader see the patient of another site for some hours, and put on record why.

    reason, because: see `check_reason`. Raises UsageError.
    """
    named = check_reason(reason, because)
    actor = store.reader
    with store.writing() as con:
        access_id = write_access(
            con, actor=actor, what="break_glass", items=[item_id], detail=named,
            origin=origin,
        )  # fmt: skip
        until = datetime.now(UTC) + timedelta(hours=hours)
        opened = {"access_id": access_id, "item_id": item_id, "until": until}
        con.execute(insert(break_glass).values(**opened, who=actor.name, because=because))


def opened_with_reason(store, access_id):
    """How a patient of another site was opened: until and because, or None for another access."""
    chosen = select(break_glass.c.until, break_glass.c.because)
    with store.reading() as con:
        row = con.execute(chosen.where(break_glass.c.access_id == access_id)).mappings().first()
    return {**row, "until": in_utc(row["until"])} if row else None

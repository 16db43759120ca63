"""Clinicians' notes that the protocol reads: "headache unrelated to B12" (protocol §3). They reach
the lake as a delivery."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from pipeline.core import UsageError, clock
from pipeline.worklist.actions import row_to_change
from pipeline.worklist.items import merged_items
from pipeline.worklist.tables import event, item, note

SOURCE = "clinician_notes"  # the profile under which they are delivered
HEADACHE_UNRELATED = "headache_unrelated_to_b12"


def note_headache_unrelated(store, key, *, actor, noted_on, today=None):
    """Keep the note that a patient's headaches, begun on or before a day, are unrelated to B12.
    Raises UsageError."""
    row = row_to_change(store, key, actor)
    if noted_on > (today or clock.today()):
        raise UsageError("The date of the note is in the future. Choose today or an earlier day.")
    written = {
        "item_id": row["id"], "condition_id": str(uuid.uuid4()), "kind": HEADACHE_UNRELATED,
        "noted_on": noted_on, "author": actor.name, "recorded_at": datetime.now(UTC),
        "is_delivered": False,
    }  # fmt: skip
    with store.writing() as con:
        con.execute(insert(note), [written])
        _tell(
            con,
            row,
            actor,
            "note",
            f"headaches that began on or before {noted_on} are unrelated to B12",
        )


def withdraw_note(store, key, note_id, *, actor):
    """Take a note back: the next run reads the headaches again. Raises UsageError."""
    row = row_to_change(store, key, actor)
    taken_back = {
        "withdrawn_at": datetime.now(UTC),
        "withdrawn_by": actor.name,
        "is_delivered": False,
    }
    with store.writing() as con:
        mine = (
            note.c.id == note_id,
            note.c.item_id.in_(merged_items(key)),
            note.c.withdrawn_at.is_(None),
        )
        if not con.execute(update(note).where(*mine).values(taken_back)).rowcount:
            raise UsageError("The note does not exist, or was already withdrawn.")
        _tell(
            con,
            row,
            actor,
            "note_withdrawn",
            "the note that headaches are unrelated to B12 was withdrawn",
        )


def _tell(con, row, actor, kind, detail):
    told = {
        "item_id": row["id"], "at": datetime.now(UTC), "who": actor.name, "kind": kind,
        "from_status": row["status"], "to_status": row["status"], "detail": detail,
    }  # fmt: skip
    con.execute(insert(event), [told])


def undelivered_notes(con, today):
    """The notes that the lake does not have yet, and their taking back, as rows of a canonical
    condition extract.

    today: the day of the ingest, which takes no later one; such a note waits for the next run.
    """
    columns = (
        note.c.condition_id,
        note.c.noted_on,
        note.c.author,
        note.c.withdrawn_at,
        item.c.patient_id,
    )
    chosen = (
        select(*columns)
        .join(item, item.c.id == note.c.item_id)
        .where(~note.c.is_delivered, item.c.patient_id.is_not(None))
    )
    return [
        _condition(row)
        for row in con.execute(
            chosen.where(note.c.noted_on <= today).order_by(note.c.id)
        ).mappings()
    ]


def _condition(note):
    return {
        "patient_id": note["patient_id"], "condition_id": note["condition_id"],
        "code": HEADACHE_UNRELATED, "code_system": "LOCAL", "name": "Headache unrelated to B12",
        "onset_on": note["noted_on"].isoformat(),
        "status": "active" if note["withdrawn_at"] is None else "entered-in-error",
        "recorded_by": note["author"],
    }  # fmt: skip


def mark_delivered(con, rows):
    """Mark notes as in the lake, as these rows of `undelivered_notes` say them: what was taken back
    since is delivered again."""
    for row in rows:
        is_taken_back = row["status"] != "active"
        same = note.c.withdrawn_at.is_not(None) if is_taken_back else note.c.withdrawn_at.is_(None)
        con.execute(
            update(note)
            .where(note.c.condition_id == row["condition_id"], same)
            .values(is_delivered=True)
        )

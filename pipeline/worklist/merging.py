"""Items of patients whose ids are merged, or are their own again."""

from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update

from pipeline.worklist.statuses import ACTIVE, SET_BY_PEOPLE
from pipeline.worklist.tables import NEVER, event, item
from pipeline.worklist.user_names import NIGHT  # who did it, in the audit trail

MERGED = "continues for a patient ID that was merged into this one"
UNMERGED = "a patient ID that was merged into this one was separated again"
GIVEN_BACK = {
    "status": "open", "is_active": True, "assignee": "", "snoozed_until": None,
    "status_reason": None, "failed_attempts": 0, "next_attempt_on": NEVER,
}  # fmt: skip
IDS_AT_ONCE = 2_000  # of one statement
CARRIED = (
    "assignee", "snoozed_until", "status_reason", "status_on", "failed_attempts",
    "next_attempt_on",
)  # fmt: skip


def as_it_stood(con, ids):
    """The items of these ids before the night changes them, by id."""
    return {
        row["id"]: row
        for start in range(0, len(ids), IDS_AT_ONCE)
        for row in con.execute(
            select(item).where(item.c.id.in_(ids[start : start + IDS_AT_ONCE]))
        ).mappings()
    }


def merge(con, row, gone, *, fresh, is_news, run_id):
    """The surviving patient's item goes on where the merged id's stood.

    Not where a person works on the surviving item, or it is new in this run. gone: the merged
    item as it stood. fresh: a new item for a survivor who has none. What was put aside for one
    reason stays aside only while that is the reason.
    """
    survivor = _of_patient(con, row["surviving_id"])
    if survivor is None:
        con.execute(insert(item), [fresh])
        survivor = _of_patient(con, row["surviving_id"])
    values = {}
    if days := [each["opened_on"] for each in (gone, survivor) if each["opened_on"]]:
        values["opened_on"] = min(days)
    is_untouched = _is_untouched(survivor) and not is_news
    is_same_reason = gone["status"] in ACTIVE or gone["facts"] == survivor["facts"]
    if is_untouched and gone["status"] in SET_BY_PEOPLE and is_same_reason:
        values |= {name: gone[name] for name in CARRIED}
        values |= {"status": gone["status"], "is_active": gone["status"] in ACTIVE}
    _change(con, survivor, values)
    con.execute(update(item).where(item.c.id == gone["id"]).values(merged_into=survivor["id"]))
    status = values.get("status", survivor["status"])
    _tell(con, survivor, "merged", status, MERGED, run_id)


def _is_untouched(row):
    "Open, and no person has done anything about it, a failed call neither"
    is_tried = row["failed_attempts"] or row["next_attempt_on"] != NEVER
    return row["status"] == "open" and not row["assignee"] and not is_tried


def unmerge(con, row, gone, *, run_id):
    """A merge is withdrawn: an item that is listed again resumes the status it had; returns the row
    with that status.

    The survivor's item gives back what it took over, unless it was changed since. gone: the
    item as it stood, merged.
    """
    merged = con.execute(
        select(event.c.at, event.c.from_status)
        .where(event.c.item_id == row["id"], event.c.kind == "merged")
        .order_by(event.c.id.desc())
    ).first()
    chosen = select(item).where(item.c.id == gone["merged_into"])
    survivor = con.execute(chosen).mappings().one_or_none()
    if merged is None or survivor is None:
        return row
    is_taken_over = (
        survivor["status"] == merged.from_status
        and survivor["assignee"] == gone["assignee"]
        and survivor["status"] != "open"
    )
    if is_taken_over and not _was_touched(con, survivor, since=merged.at):
        _change(con, survivor, GIVEN_BACK)
        _tell(con, survivor, "unmerged", "open", UNMERGED, run_id)
    is_resumed = row["change"] == "reopened" and merged.from_status in ACTIVE
    return row | ({"to_status": merged.from_status} if is_resumed else {})


def _was_touched(con, row, since):
    by_people = event.c.kind.in_(("status", "assigned", "attempt", "undone"))
    chosen = (event.c.item_id == row["id"], event.c.at > since, by_people)
    return bool(con.scalar(select(func.count()).where(*chosen)))


def _change(con, row, values):
    changed = update(item).where(item.c.id == row["id"])
    con.execute(changed.values(**values, version=item.c.version + 1))


def _of_patient(con, patient_id):
    return con.execute(select(item).where(item.c.patient_id == patient_id)).mappings().one_or_none()


def _tell(con, row, kind, to_status, detail, run_id):
    told = {
        "item_id": row["id"], "at": datetime.now(UTC), "who": NIGHT, "kind": kind,
        "from_status": row["status"], "to_status": to_status, "detail": detail, "run_id": run_id,
    }  # fmt: skip
    con.execute(insert(event), [told])

"""Items of patients whose ids are merged, or are their own again."""

from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update

from pipeline.worklist.statuses import ACTIVE, SET_BY_PEOPLE
from pipeline.worklist.tables import event, item

NIGHT = "the night"  # who did it, in the audit trail
CARRIED = ("assignee", "snoozed_until", "status_reason", "status_on")


def as_it_stood(con, ids):
    """The items of these ids before the night changes them, by id."""
    return {
        row["id"]: row for row in con.execute(select(item).where(item.c.id.in_(ids))).mappings()
    }


def carry_on(con, row, gone, *, fresh, is_news, run_id):
    """The surviving patient's item goes on where the merged id's stood, unless somebody has it in
    hand or it is news tonight.

    gone: the merged item as it stood. fresh: a new item for a survivor who has none. What was put
    aside for one reason stays aside only while that is the reason.
    """
    there = _of_patient(con, row["surviving_id"])
    if there is None:
        con.execute(insert(item), [fresh])
        there = _of_patient(con, row["surviving_id"])
    days = [one["opened_on"] for one in (gone, there) if one["opened_on"]]
    taken = {"opened_on": min(days)} if days else {}
    is_untouched = there["status"] == "open" and not there["assignee"] and not is_news
    if (
        is_untouched
        and gone["status"] in SET_BY_PEOPLE
        and (gone["status"] in ACTIVE or gone["facts"] == there["facts"])
    ):
        taken |= {
            "status": gone["status"],
            "is_active": gone["status"] in ACTIVE,
            **{name: gone[name] for name in CARRIED},
        }
    con.execute(
        update(item).where(item.c.id == there["id"]).values(**taken, version=item.c.version + 1)
    )
    con.execute(update(item).where(item.c.id == gone["id"]).values(merged_into=there["id"]))
    _tell(
        con,
        there,
        "merged",
        taken.get("status", there["status"]),
        "goes on for a patient id that was merged into this one",
        run_id,
    )


def part(con, row, gone, *, run_id):
    """A merge is taken back: the item resumes the status it had, and the other gives back what it
    carried if nobody touched it since.

    gone: the item as it stood, merged. Returns the row with its status.
    """
    merged = con.execute(
        select(event.c.at, event.c.from_status)
        .where(event.c.item_id == row["id"], event.c.kind == "merged")
        .order_by(event.c.id.desc())
    ).first()
    there = (
        con.execute(select(item).where(item.c.id == gone["merged_into"])).mappings().one_or_none()
    )
    if merged is None or there is None:
        return row
    touched = select(func.count()).where(
        event.c.item_id == there["id"],
        event.c.at > merged.at,
        event.c.kind.in_(("status", "assigned")),
    )
    is_carried = (
        there["status"] == merged.from_status
        and there["assignee"] == gone["assignee"]
        and there["status"] != "open"
    )
    if is_carried and not con.scalar(touched):
        given_back = {
            "status": "open",
            "is_active": True,
            "assignee": "",
            "snoozed_until": None,
            "status_reason": None,
        }
        con.execute(
            update(item)
            .where(item.c.id == there["id"])
            .values(**given_back, version=item.c.version + 1)
        )
        _tell(
            con,
            there,
            "unmerged",
            "open",
            "a patient id that was merged into this one is its own again",
            run_id,
        )
    return row | ({"to_status": merged.from_status} if merged.from_status in ACTIVE else {})


def _of_patient(con, patient_id):
    return con.execute(select(item).where(item.c.patient_id == patient_id)).mappings().one_or_none()


def _tell(con, there, kind, to_status, detail, run_id):
    told = {
        "item_id": there["id"], "at": datetime.now(UTC), "who": NIGHT, "kind": kind,
        "from_status": there["status"], "to_status": to_status, "detail": detail, "run_id": run_id,
    }  # fmt: skip
    con.execute(insert(event), [told])

"""The night's changes, written into the store: items as they are now, and an event for each that
changed."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import bindparam, insert, select, update

from pipeline.worklist.merging import as_it_stood, merge, unmerge
from pipeline.worklist.statuses import ACTIVE
from pipeline.worklist.tables import AFTER_ALL, BEFORE_ALL, CONTENT, event, item
from pipeline.worklist.user_names import NIGHT

ENDS = ("merged", "excluded", "withdrawn", "resolved")
LOOKED_AT_AGAIN = ("reopened", "snooze_ended", "recheck")
SEEN_ANEW = ("opened", "reopened", "changed", "snooze_ended", "recheck")


def new_key():
    """The opaque name of an item: 96 random bits."""
    return secrets.token_urlsafe(12)


def write(con, rows, *, as_of, run_id):
    """Write the rows of `reconcile.changes_of`; returns how many of each change."""
    rows = _with_ids(con, rows, as_of)
    is_merge = [row["id"] for row in rows if "merged" in (row["change"], row["from_status"])]
    stood = as_it_stood(con, is_merge)
    rows = [
        unmerge(con, row, stood[row["id"]], run_id=run_id)
        if row["from_status"] == "merged"
        else row
        for row in rows
    ]
    known = [row for row in rows if row["from_status"] is not None]
    for kinds, values in ((SEEN_ANEW, _seen_anew), (("refreshed",), _content), (ENDS, _ended)):
        _update(con, [row for row in known if row["change"] in kinds], values, as_of)
    told = [_event(row, run_id) for row in rows if row["change"] != "refreshed"]
    if told:
        con.execute(insert(event), told)
    changes = {row["patient_id"]: row["change"] for row in rows}
    for row in (row for row in rows if row["change"] == "merged"):
        is_news = changes.get(row["surviving_id"]) in LOOKED_AT_AGAIN
        fresh = _off_list(row["surviving_id"], as_of)
        merge(con, row, stood[row["id"]], fresh=fresh, is_news=is_news, run_id=run_id)
    kinds = (*SEEN_ANEW, *ENDS, "refreshed")
    return {kind: sum(row["change"] == kind for row in rows) for kind in kinds}


def move(con, rows):
    """Write the rows of `worklist.moved`: where patients belong, who opted out, and into whom an id
    is merged now; nothing of it is an event."""
    if rows:
        moved, survivor = update(item), item.alias()
        moved = moved.where(item.c.patient_id == bindparam("patient"))
        of_survivor = select(survivor.c.id).where(survivor.c.patient_id == bindparam("survivor"))
        values = {name: bindparam(f"new_{name}") for name in ("site", "is_opted_out")}
        con.execute(
            moved.values(**values, merged_into=of_survivor.scalar_subquery()),
            [
                {"patient": row["patient_id"], "new_site": row["site"] or "",
                 "new_is_opted_out": row["is_opted_out"], "survivor": row["merged_into"]}
                for row in rows
            ],
        )  # fmt: skip


def _with_ids(con, rows, as_of):
    "The rows, each with the id of its item; new items are made"
    new = [_new(row, as_of) for row in rows if row["id"] is None]
    if not new:
        return rows
    con.execute(insert(item), new)
    ids = dict(con.execute(select(item.c.patient_id, item.c.id)).all())
    return [row | {"id": row["id"] or ids[row["patient_id"]]} for row in rows]


def _off_list(patient_id, as_of):
    status = {"status": "off_list", "is_active": False, "waits_from": as_of}
    return {"key": new_key(), "patient_id": patient_id, **status}


def _content(row, as_of):
    content = {column.name: row[column.name] for column in CONTENT} | {"site": row["site"] or ""}
    is_known = row["b12_value"] is not None
    content |= {
        "b12_rising": row["b12_value"] if is_known else AFTER_ALL,
        "b12_falling": row["b12_value"] if is_known else BEFORE_ALL,
    }
    return content | ({"waits_from": row["waiting_since"]} if row["waiting_since"] else {})


def _new(row, as_of):
    return {
        "key": new_key(), "patient_id": row["patient_id"], "status": "open", "is_active": True,
        "status_on": as_of, "version": 1, "opened_on": as_of, "waits_from": as_of,
        "changed_on": as_of, **_content(row, as_of),
    }  # fmt: skip


def _seen_anew(row, as_of):
    values = _content(row, as_of) | {
        "status": row["to_status"], "is_active": row["to_status"] in ACTIVE, "changed_on": as_of,
        "changed_because": row["because"], "version": item.c.version + 1,
    }  # fmt: skip
    if row["to_status"] != row["from_status"]:
        values |= {"status_on": as_of, "status_reason": None, "snoozed_until": None}
    if row["from_status"] in (*ENDS, "off_list"):
        values |= {"opened_on": as_of, "merged_into": None}
    return values


def _ended(row, as_of):
    return {
        "status": row["to_status"], "is_active": False, "status_on": as_of,
        "status_reason": row["because"], "changed_on": as_of, "changed_because": row["because"],
        "version": item.c.version + 1,
    }  # fmt: skip


def _update(con, rows, values, as_of):
    "Rows that set the same columns go in one statement; a version counts up in the database"
    groups = {}
    for row in rows:
        changed = values(row, as_of)
        groups.setdefault(tuple(changed), []).append({**changed, "item_id": row["id"]})
    for columns, changed in groups.items():
        plain = {name: bindparam(f"new_{name}") for name in columns if name != "version"}
        counted = {"version": item.c.version + 1} if "version" in columns else {}
        statement = update(item).where(item.c.id == bindparam("item_id")).values(**plain, **counted)
        con.execute(
            statement,
            [
                {"item_id": row["item_id"], **{f"new_{name}": row[name] for name in plain}}
                for row in changed
            ],
        )


def _event(row, run_id):
    return {
        "item_id": row["id"], "at": datetime.now(UTC), "who": NIGHT, "kind": row["change"],
        "from_status": row["from_status"], "to_status": row["to_status"], "detail": row["because"],
        "run_id": run_id,
    }  # fmt: skip

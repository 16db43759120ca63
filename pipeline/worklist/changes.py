"""The night's changes, written into the store: items as they are now, and an event for each that
changed."""

import base64
import os
import secrets
from datetime import UTC, datetime

import pyarrow as pa
from sqlalchemy import Date, func, select, text

from pipeline.engine import quoted_text, rows_of
from pipeline.worklist import bulk
from pipeline.worklist.merging import as_it_stood, merge, unmerge
from pipeline.worklist.statuses import ACTIVE
from pipeline.worklist.tables import AFTER_ALL, BEFORE_ALL, CONTENT, NEVER, event, item
from pipeline.worklist.user_names import NIGHT

ENDS = ("merged", "excluded", "withdrawn", "resolved")
LOOKED_AT_AGAIN = ("reopened", "snooze_ended", "recheck")
SEEN_ANEW = ("opened", "reopened", "changed", "snooze_ended", "recheck")
KINDS = (*SEEN_ANEW, *ENDS, "refreshed")
IS_NEW = "night.from_status is null and night.change <> 'kept'"
KEY_BYTES = 12
# Cells of the rows that are written: a column -> its expression over `night`, `tonight`, `listed`
# and `run`, the aliases of `_rows`. First what the item of a listed patient holds.
LISTED = {
    **{column.name: f"tonight.{column.name}" for column in CONTENT},
    "site": "coalesce(tonight.site, '')",
    "b12_rising": f"coalesce(tonight.b12_value, {AFTER_ALL})",
    "b12_falling": f"coalesce(tonight.b12_value, {BEFORE_ALL})",
    "content_hash": "listed.content_hash",
}
NEW = {
    "id": "night.id", "key": "night.key", "patient_id": "night.patient_id", "status": "'open'",
    "is_active": "true", "assignee": "''", "status_on": "run.as_of", "version": "1",
    "opened_on": "run.as_of", "waits_from": "coalesce(tonight.waits_from, run.as_of)",
    "changed_on": "run.as_of", "changed_because": "night.because", **LISTED,
}  # fmt: skip
REFRESHED = {**LISTED, "waits_from": "tonight.waits_from"}
IS_ACTIVE = f"night.to_status in {ACTIVE}"
IS_ANOTHER = "night.to_status is distinct from night.from_status"
WAS_CLOSED = f"night.from_status in {(*ENDS, 'off_list')}"
# status_on, opened_on: missing where they stay as they are
SEEN = {
    **REFRESHED, "status": "night.to_status", "is_active": IS_ACTIVE, "changed_on": "run.as_of",
    "changed_because": "night.because", "status_on": f"case when {IS_ANOTHER} then run.as_of end",
    "opened_on": f"case when {WAS_CLOSED} then run.as_of end",
}  # fmt: skip
ENDED = {
    "status": "night.to_status", "is_active": "false", "status_on": "run.as_of",
    "status_reason": "night.because", "changed_on": "run.as_of", "changed_because": "night.because",
}  # fmt: skip
HASHED = {"content_hash": "listed.content_hash"}
EVENT = {
    "item_id": "night.id", "at": "", "who": quoted_text(NIGHT), "kind": "night.change",
    "from_status": "night.from_status", "to_status": "night.to_status", "detail": "night.because",
    "run_id": "",
}  # fmt: skip
# Columns of an item that depend on what it held: over the cells above, as `new`, and the item
KEPT_WAITING = {"waits_from": "coalesce(new.waits_from, item.waits_from)"}
COUNTED = {"version": "item.version + 1"}
# what was tried to reach a patient goes on with the status; also with one resumed after a merge
GOES_ON = "new.status_on is null or item.status = 'merged'"
KEPT_OPEN = {
    **KEPT_WAITING, **COUNTED,
    "status_on": "coalesce(new.status_on, item.status_on)",
    "status_reason": "case when new.status_on is null then item.status_reason end",
    "snoozed_until": "case when new.status_on is null then item.snoozed_until end",
    "opened_on": "coalesce(new.opened_on, item.opened_on)",
    "merged_into": "case when new.opened_on is null then item.merged_into end",
    "failed_attempts": f"case when {GOES_ON} then item.failed_attempts else 0 end",
    "next_attempt_on": f"case when {GOES_ON} then item.next_attempt_on else '{NEVER}' end",
}  # fmt: skip


def new_key():
    """The opaque name of an item: 96 random bits."""
    return secrets.token_urlsafe(KEY_BYTES)


def new_keys(number):
    """As many names of items, drawn at once."""
    drawn = base64.urlsafe_b64encode(os.urandom(KEY_BYTES * number)).decode()
    size = len(drawn) // number if number else 1
    return [drawn[start : start + size] for start in range(0, len(drawn), size)]


def write(con, duck, *, as_of, run_id):
    """Write what `worklist.night` says; returns how many of each change.

    con: a connection to the store. duck: as `reconcile.reconciled` yields it.
    """
    _name_new_items(con, duck)
    bulk.insert(con, "item", [*NEW], _rows(duck, item, NEW, IS_NEW))
    merges = _merges(duck)
    stood = as_it_stood(con, [row["id"] for row in merges])
    for row in (row for row in merges if row["from_status"] == "merged"):
        _keep_status(duck, unmerge(con, row, stood[row["id"]], run_id=run_id))
    _update(con, duck, SEEN, KEPT_OPEN, where=f"night.change in {SEEN_ANEW}")
    _update(con, duck, REFRESHED, KEPT_WAITING, where="night.change = 'refreshed'")
    _update(con, duck, ENDED, COUNTED, where=f"night.change in {ENDS}")
    # compared in full, and the same: that need not be done again
    _update(con, duck, HASHED, {}, where="night.change = 'kept' and listed.patient_id is not null")
    _tell(con, duck, run_id)
    for row in (row for row in merges if row["change"] == "merged"):
        is_news = row["survivors_change"] in LOOKED_AT_AGAIN
        fresh = _off_list(row["surviving_id"], as_of)
        merge(con, row, stood[row["id"]], fresh=fresh, is_news=is_news, run_id=run_id)
    counted = "select change, count(*) from worklist.night group by change"
    return dict.fromkeys(KINDS, 0) | {
        kind: number for kind, number in duck.execute(counted).fetchall() if kind != "kept"
    }


def move(con, duck):
    """Write the rows of `worklist.moved`: where patients belong, who opted out, and into whom an id
    is merged now; nothing of it is an event."""
    survivor = "(select survivor.id from item as survivor where survivor.patient_id = new.survivor)"
    moved = duck.cursor().execute(
        "select patient_id, coalesce(site, ''), is_opted_out, merged_into from worklist.moved"
        " order by patient_id"
    )
    bulk.update(
        con, key="patient_id", rows=bulk.batches(moved),
        columns={
            "patient_id": "patient_id", "site": "site", "is_opted_out": "is_opted_out",
            "survivor": "patient_id",
        },
        values={"site": "new.site", "is_opted_out": "new.is_opted_out", "merged_into": survivor},
    )  # fmt: skip


def _name_new_items(con, duck):
    "Each new item gets its id, which its event needs, and its key"
    [[number]] = duck.execute(f"select count(*) from worklist.night where {IS_NEW}").fetchall()
    named = pa.table({"place": range(number), "id": _new_ids(con, number), "key": new_keys(number)})
    duck.register("new_item", named)
    duck.execute("alter table worklist.night add column key varchar")
    duck.execute(f"""
        update worklist.night set id = new_item.id, key = new_item.key
        from (
            select patient_id, row_number() over (order by patient_id) - 1 as place
            from worklist.night
            where {IS_NEW}
        ) as opened
        join new_item on new_item.place = opened.place
        where night.patient_id = opened.patient_id
    """)


def _new_ids(con, number):
    if con.dialect.name == "sqlite":  # as it counts them itself
        last = con.scalar(select(func.coalesce(func.max(item.c.id), 0)))
        return list(range(last + 1, last + 1 + number))
    drawn = "select nextval(pg_get_serial_sequence('item', 'id')) from generate_series(1, :number)"
    return con.scalars(text(drawn), {"number": number}).all()


def _merges(duck):
    return rows_of(
        duck,
        """
        select night.*, survivor.change as survivors_change
        from worklist.night
        left join worklist.night as survivor on survivor.patient_id = night.surviving_id
        where night.change <> 'kept' and 'merged' in (night.change, night.from_status)
        order by night.patient_id
        """,
    )


def _keep_status(duck, row):
    duck.execute(
        "update worklist.night set to_status = $1 where id = $2", [row["to_status"], row["id"]]
    )


def _off_list(patient_id, as_of):
    status = {"status": "off_list", "is_active": False, "waits_from": as_of}
    return {"key": new_key(), "patient_id": patient_id, **status}


def _rows(duck, table, cells, condition):
    "Batches of the cells of each row of the night, days as texts"
    selected = ", ".join(
        f"cast({cell} as varchar)" if isinstance(table.c[name].type, Date) else cell
        for name, cell in cells.items()
    )
    return bulk.batches(
        duck.cursor().execute(
            f"select {selected} from worklist.night cross join worklist.run"
            " left join worklist.tonight on tonight.patient_id = night.patient_id"
            " left join worklist.content_hash as listed on listed.patient_id = night.patient_id"
            f" where {condition} order by night.patient_id"
        )
    )


def _update(con, duck, cells, values, *, where):
    known = f"night.from_status is not null and {where}"
    bulk.update(
        con,
        key="id",
        columns={"id": "id"} | {name: name for name in cells},
        values={name: f"new.{name}" for name in cells} | values,
        rows=_rows(duck, item, {"id": "night.id", **cells}, known),
    )


def _tell(con, duck, run_id):
    cells = {**EVENT, "at": quoted_text(_now(con)), "run_id": quoted_text(run_id)}
    told = _rows(duck, event, cells, "night.change not in ('kept', 'refreshed')")
    bulk.insert(con, "event", [*cells], told)


def _now(con):
    "As the database has an instant: SQLite without a zone, as SQLAlchemy writes it there"
    now = datetime.now(UTC)
    return now.strftime("%Y-%m-%d %H:%M:%S.%f") if con.dialect.name == "sqlite" else now.isoformat()

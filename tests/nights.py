"""A clinic with a worklist store's items and a published worklist, for the SELECTs of sql/worklist/."""

import hashlib
import json

from pipeline.engine.relations import create
from pipeline.worklist.reconcile import CONTENT_COLUMNS
from tests.clinic import build, clinic, holds, insert, parse, select

KINDS = {"INTEGER": "bigint", "DATE": "date", "FLOAT": "double"}
ITEM = """
    id bigint, patient_id varchar, status varchar, snoozed_until date, status_on date, site varchar, is_opted_out boolean,
    merged_into varchar, content_hash varchar
"""
COMPARED = (
    "facts", "reason", "evidence", "cites", "flags", "cohorts", "cause", "waiting_since", "b12_source",
    "action", "severity", "deciding_test", "deciding_value", "deciding_reported", "deciding_on", "reference_low",
    "reference_high", "born_on", "born_latest_on", "sex",
)  # fmt: skip
FACTS = {"next_step": "ORDER_MMA (N16)", "alerts": "none", "B12": "borderline"}


EVERYBODY = """
    select patient_id, tonight.patient_id is not null as is_listed
    from worklist.item_content
    full join worklist.tonight using (patient_id)
"""


def night(as_of="2026-02-01", done_recheck_days=90, protocol_change=None, is_other_pack=False):
    """A clinic in which the relations that `worklist.night` reads exist, and are empty."""
    con = clinic(as_of, done_recheck_days=done_recheck_days)
    for schema in ("worklist", "clinical"):
        con.execute(f"create schema if not exists {schema}")
    columns = ", ".join(
        f"{column.name} {KINDS.get(str(column.type).split('(')[0], 'varchar')}"
        for column in CONTENT_COLUMNS
    )
    con.execute(f"create table worklist.item ({ITEM})")
    con.execute(f"create table worklist.item_content ({columns})")
    con.execute(
        "create table worklist.tonight as select * exclude (id, status, assignee, snoozed_until, status_on) from worklist.item_content"
    )
    con.execute("create table worklist.content_hash (patient_id varchar, content_hash varchar)")
    con.execute(
        "create table worklist.patient_site (patient_id varchar, site varchar, is_opted_out boolean, merged_into varchar)"
    )
    con.execute(f"create view worklist.candidate as {EVERYBODY}")
    con.execute("create table worklist.withdrawn (patient_id varchar, results varchar)")
    con.execute(
        "create table worklist.run as select $1::date as as_of, $2::varchar as protocol_change,"
        " $3::boolean as is_other_pack",
        [as_of, protocol_change, is_other_pack],
    )
    con.execute(
        "create table worklist.assessment (patient_id varchar, scope varchar, next_step varchar, reason varchar)"
    )
    return con


def items(con, text):
    """Items of the store from a text table; `facts` as `name answer, name answer`, over FACTS;
    a `;` stands for a comma within an answer."""
    rows = [_filled(row) | {"id": place} for place, row in enumerate(parse(text), start=1)]
    insert(con, "worklist.item_content", rows)
    slim = [name.split()[0] for name in ITEM.split(",")]
    insert(
        con,
        "worklist.item",
        [
            {
                "is_opted_out": False,
                **{name: row[name] for name in slim if name in row},
                **_hashed(row),
            }
            for row in rows
        ],
    )


def tonight(con, text):
    """Rows of tonight's worklist from a text table, and their assessments and sites."""
    rows = [_filled(row) for row in parse(text)]
    insert(con, "worklist.tonight", rows)
    insert(
        con,
        "worklist.content_hash",
        [{"patient_id": row["patient_id"], **_hashed(row)} for row in rows],
    )
    insert(
        con,
        "worklist.patient_site",
        [{name: row[name] for name in ("patient_id", "site") if name in row} for row in rows],
    )
    insert(
        con,
        "worklist.assessment",
        [
            {"patient_id": row["patient_id"], "scope": "in_scope", "next_step": "x", "reason": "x"}
            for row in rows
        ],
    )


def _hashed(row):
    told = json.dumps([row.get(name) for name in COMPARED])
    return {"content_hash": hashlib.sha256(told.encode()).hexdigest()}


def _filled(row):
    given = {name: cell for name, cell in row.items() if cell is not None}
    said = (one.split(" ", 1) for one in given.pop("facts", "").split(", ") if one)
    told = {name: answer.replace(";", ",") for name, answer in said}
    listed = "|" + told.get("alerts", "").replace("none", "") + "|"
    base = (
        {"facts": json.dumps(FACTS | told, ensure_ascii=False), "safety": listed}
        if given.get("status") != "off_list"
        else {}
    )
    return base | given


def does(con, text):
    """Hold what the night does against a text table; of candidates alone it does the same."""
    build(con, "clinical.merged_patient")
    for name in ("compared", "news", "night"):
        create(con, f"worklist.{name}")
    holds(con, "worklist.night", text)
    everything = _changes(con)
    con.execute("drop view worklist.candidate")
    for name in ("moved", "candidate", "compared", "news", "night"):
        create(con, f"worklist.{name}")
    assert _changes(con) == everything


def _changes(con):
    return select(con, "(from worklist.night where change <> 'kept')", order="patient_id")

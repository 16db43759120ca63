"""A clinic with a worklist store's items and a published worklist, for the SELECTs of sql/worklist/."""

import json

from pipeline.engine.relations import create
from pipeline.worklist.reconcile import COLUMNS
from tests.clinic import build, clinic, holds, insert, parse

KINDS = {"INTEGER": "bigint", "DATE": "date", "FLOAT": "double"}
FACTS = {"next_step": "ORDER_MMA (N16)", "alerts": "none", "B12": "borderline"}


def night(as_of="2026-02-01", done_recheck_days=90):
    """A clinic in which the relations that `worklist.night` reads exist, and are empty."""
    con = clinic(as_of, done_recheck_days=done_recheck_days)
    for schema in ("worklist", "clinical"):
        con.execute(f"create schema if not exists {schema}")
    columns = ", ".join(
        f"{column.name} {KINDS.get(str(column.type).split('(')[0], 'varchar')}"
        for column in COLUMNS
    )
    con.execute(f"create table worklist.item ({columns})")
    con.execute(
        "create table worklist.tonight as select * exclude (id, status, assignee, snoozed_until, status_on) from worklist.item"
    )
    con.execute("create table worklist.withdrawn (patient_id varchar, results varchar)")
    con.execute("create table worklist.run as select $1::date as as_of", [as_of])
    con.execute(
        "create table worklist.assessment (patient_id varchar, scope varchar, next_step varchar, reason varchar)"
    )
    return con


def items(con, text):
    """Items of the store from a text table; `facts` as `name answer, name answer`, over FACTS."""
    insert(
        con,
        "worklist.item",
        [_filled(row) | {"id": place} for place, row in enumerate(parse(text), start=1)],
    )


def tonight(con, text):
    """Rows of tonight's worklist from a text table, and their assessments."""
    rows = [_filled(row) for row in parse(text)]
    insert(con, "worklist.tonight", rows)
    insert(
        con,
        "worklist.assessment",
        [
            {"patient_id": row["patient_id"], "scope": "in_scope", "next_step": "x", "reason": "x"}
            for row in rows
        ],
    )


def _filled(row):
    given = {name: cell for name, cell in row.items() if cell is not None}
    told = dict(one.split(" ", 1) for one in given.pop("facts", "").split(", ") if one)
    listed = "|" + told.get("alerts", "").replace("none", "") + "|"
    base = (
        {"facts": json.dumps(FACTS | told, ensure_ascii=False), "safety": listed}
        if given.get("status") != "off_list"
        else {}
    )
    return base | given


def does(con, text):
    """Hold what the night does against a text table."""
    build(con, "clinical.merged_patient")
    for name in ("compared", "news", "night"):
        create(con, f"worklist.{name}")
    holds(con, "worklist.night", text)

"""Rows and accounts that a replay does not make again: it carries them over into the new lake as
they are."""

from contextlib import closing

from pipeline.engine import connect
from pipeline.lake.object_store import reach
from pipeline.lake.schema import ADDED, COLUMNS, TABLES
from pipeline.lake.tables import append, check_columns, open_table, scan_with_added

ONCE = "carried over"  # the transaction of the appends of rows: into a new lake, once


def check_carried(home):
    """Raises LakeUnavailable where rows cannot be carried over as they are, because the lake has
    other columns than this program writes, those of ADDED apart."""
    for table in TABLES:
        delta = open_table(home, table)
        check_columns(home, table, delta, may_lack=ADDED.get(table, ()))


def carry_rows(home, beside, deliveries):
    """Append the rows of these deliveries in every table of a lake to that of another home.
    deliveries: rows of lake.delivery. Raises LakeUnavailable."""
    check_carried(home)
    with closing(connect()) as con:
        reach(con, home)
        con.execute("create temp table carried (source varchar, sha256 varchar, file varchar)")
        keys = [(row["source"], row["sha256"], row["file"]) for row in deliveries]
        con.executemany("insert into carried values ($1, $2, $3)", keys)
        theirs = "(source, sha256, file) in (select (source, sha256, file) from carried)"
        for table in TABLES:
            if table != "delivery" and (delta := open_table(home, table)):
                rows = f"{scan_with_added(delta, table)} and {theirs}"
                append(con, beside, table, rows, [ONCE])


def carry_account(beside, delivery, transaction):
    """Append a row of lake.delivery to the lake of another home. transaction: what makes it happen
    once, so that the same bytes are known when they are delivered again."""
    places = ", ".join(f"${place} as {name}" for place, name in enumerate(COLUMNS["delivery"], 1))
    values = [delivery[name] for name in COLUMNS["delivery"]]
    with closing(connect()) as con:
        con.execute(f"create temp table account as select {places}", values)
        append(con, beside, "delivery", "select * from account", [transaction])

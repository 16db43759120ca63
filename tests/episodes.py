"""A worklist store's events, items and a run's follow-up, for the SELECTs that tell outcomes."""

from tests.clinic import build, clinic, insert

AS_OF = "2026-04-01"
EVENT = """
    id bigint, item_id bigint, kind varchar, from_status varchar, to_status varchar, outcome varchar, act varchar,
    told_at timestamp, as_of date, version bigint
"""
PERSON = """
    id bigint, patient_id varchar, merged_into bigint, site varchar, is_opted_out boolean default false, sex varchar, born_on date,
    priority bigint, action varchar, severity bigint
"""
KNOWN = "id bigint, priority bigint, action varchar, severity bigint"
FOLLOW_UP = "patient_id varchar, kind varchar, happened_on date, is_normal boolean"
EMPTY = {"event": EVENT, "person": PERSON, "known_outcome": KNOWN, "follow_up": FOLLOW_UP}


def episodes(zone="UTC"):
    """A clinic in which the relations that `worklist.outcome` reads exist, and are empty."""
    con = clinic(AS_OF)
    con.execute("create schema worklist")
    for name, columns in EMPTY.items():
        con.execute(f"create table worklist.{name} ({columns})")
    con.execute("create table worklist.site_clock as select $1 as zone", [zone])
    return con


def happened(con, rows):
    """Insert events, numbered in order; of an item that was not inserted, a patient p1, p2 … with its number."""
    insert(con, "worklist.event", rows)
    con.execute("update worklist.event set id = rowid + 1 where id is null")
    con.execute(
        "insert into worklist.person (id, patient_id, priority) select distinct item_id, 'p' || item_id, 1 from worklist.event"
        " where item_id not in (select id from worklist.person)"
    )


def built(con):
    for name in ("counted_event", "episode", "contacted", "outcome"):
        build(con, f"worklist.{name}")
    return con

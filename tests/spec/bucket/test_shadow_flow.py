"bucket.shadow_flow: who goes where from the protocol of the run to each shadow."

from pipeline.engine.relations import create
from tests.clinic import clinic, holds


def decided(*rows):
    con = clinic()
    con.execute("create schema screening")
    con.execute("create schema bucket")
    con.execute("create table screening.shadow_pack as select unnest([1, 2]) as number")
    con.execute(
        "create table screening.shadow_decision (number integer, patient_id varchar, priority integer, rule varchar,"
        " next_step varchar, safety varchar[], flags varchar[], cohorts varchar[])"
    )
    for number, patient, priority, step in rows:
        con.execute(
            "insert into screening.shadow_decision values ($1, $2, $3, 'N', $4, [], [], [])",
            [number, patient, priority, step],
        )
    create(con, "bucket.shadow_flow")
    return con


def test_each_shadow_is_held_against_the_run_alone():
    con = decided(
        (0, "ann", 1, "TREAT"), (0, "bob", 4, "ORDER"), (0, "cid", 4, "ORDER"),
        (1, "ann", 2, "TREAT"), (1, "dan", 3, "ORDER"),
    )  # fmt: skip
    holds(con, "bucket.shadow_flow", """
        shadow | from_priority | from_next_step | to_priority | to_next_step | patients
        1      | 1             | TREAT          | 2           | TREAT        | 1
        1      | 4             | ORDER          |             |              | 2
        1      |               |                | 3           | ORDER        | 1
        2      | 1             | TREAT          |             |              | 1
        2      | 4             | ORDER          |             |              | 2
    """)  # fmt: skip


def test_without_anybody_listed_there_is_no_row():
    holds(decided(), "bucket.shadow_flow", "shadow | patients")

"worklist.content_hash: whether a row of the worklist reads as it did on the night before"

import pytest

from pipeline.engine.relations import create
from tests.clinic import select
from tests.spec.worklist.test_tonight import published

NOT_COMPARED = ("patient_id", "as_of")
TEXTS = "reason evidence cites b12_source b12_reported".split()
COMPARED = (
    "facts", "reason", "evidence", "cites", "flags", "cohorts", "cause", "waiting_since", "b12_source",
    "action", "severity", "deciding_test", "deciding_value", "deciding_reported", "deciding_on", "reference_low",
    "reference_high", "born_on", "born_latest_on", "sex",
)  # fmt: skip


def shown(con, patient="ann"):
    "The hash of a row, and what of it is compared with the item"
    for name in ("content_hash", "tonight"):
        create(con, f"worklist.{name}")
    [hashed] = select(con, f"(from worklist.content_hash where patient_id = '{patient}')")
    [row] = select(
        con, f"(from worklist.tonight where patient_id = '{patient}')", ", ".join(COMPARED)
    )
    return hashed["content_hash"], tuple(row.values())


def other(kind):
    return {
        "INTEGER": "4", "DOUBLE": "17.5", "DATE": "date '2001-02-03'", "VARCHAR[]": "['other']",
    }.get(kind, "'other'")  # fmt: skip


def test_whatever_changes_what_is_compared_changes_the_hash():
    con = published()
    before, told, read = shown(con), set(), set()
    for table in ("worklist.published", "worklist.listed_patient"):
        for name, kind, *_ in con.execute(f"describe {table}").fetchall():
            for value in (other(kind), "null") if name not in NOT_COMPARED else ():
                con.execute(f"create or replace temp table kept as from {table}")
                con.execute(f"update {table} set {name} = {value}")
                content_hash, content = shown(con)
                read |= {name} if content_hash != before[0] else set()
                told |= {name} if content != before[1] else set()
                con.execute(f"create or replace table {table} as from kept")
    assert told <= read and read - told <= {"mma_reported", "mma_on"}
    assert {"b12_on", "neuro", "homocysteine", "monitoring", "safety", *TEXTS} <= told
    assert {"deciding_value", "reference_low", "born_on", "sex"} <= told
    assert "renal" not in read


@pytest.mark.parametrize("ages", [("3 days old", "4 days old"), ("1 year old", "2 years old")])
def test_the_age_of_a_value_does_not_count(ages):
    con, hashes = published(), set()
    for age in ages:
        con.execute(f"update worklist.published set evidence = 'B12 110 pg/mL ({age})'")
        hashes.add(shown(con)[0])
    assert len(hashes) == 1


def test_a_missing_text_is_another_than_an_empty_one_and_a_text_stays_in_its_column():
    con, hashes = published(), set()
    for reason, cites in (
        ("''", "null"),
        ("null", "''"),
        ("'a'", "'b'"),
        ("'a=b'", "null"),
        ("'a'", "'=b'"),
    ):
        con.execute(f"update worklist.published set reason = {reason}, cites = {cites}")
        hashes.add(shown(con)[0])
    assert len(hashes) == 5

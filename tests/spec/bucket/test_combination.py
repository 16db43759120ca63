"bucket.combination: the distinct combinations of facts, which know no patient"

from tests.clinic import build, insert, select
from tests.gates import gated


def test_patients_with_the_same_facts_share_a_combination():
    con = gated()
    insert(con, "lake.patient", [{"patient_id": one, "birth_on": "1950-01-01"} for one in "abc"])
    insert(con, "lake.patient", [{"patient_id": "child", "birth_on": "2020-01-01"}])
    rows = select(build(con, "bucket.combination"), "bucket.combination")
    scopes = [each["answer"] for row in rows for each in row["answers"] if each["fact"] == "scope"]
    assert sorted(scopes) == ["child", "in_scope"]
    assert {"patient_id", "combination"}.isdisjoint(rows[0])

"The combination of facts of each patient."

from tests.clinic import build, clinic, insert, select


def test_patients_with_the_same_answers_share_a_combination():
    con = clinic()
    insert(
        con,
        "lake.patient",
        "patient_id | birth_on\nann | 1950-01-01\nbob | 1960-01-01\ncid | 2020-01-01",
    )
    build(con, "screening.patient_combination")
    found = {
        row["patient_id"]: row["combination"]
        for row in select(con, "screening.patient_combination")
    }
    assert found["ann"] == found["bob"] != found["cid"]
    assert len(found) == 3

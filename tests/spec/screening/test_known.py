"What is known of a combination while it is being decided: its facts, and the answers of the decisions taken."

from tests.clinic import build, clinic, insert, pack, select


def test_each_decision_that_does_not_collect_adds_its_answer():
    con = clinic()
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-05",
    )
    build(con, "screening.fit")
    found = {row["fact"]: row["answer"] for row in select(con, "screening.known")}
    assert set(found) == {
        *pack().facts,
        *pack().raw["derived"],
        "next_step",
        "rule",
        "cause",
    }
    assert (found["deficient"], found["treated"], found["rule"], found["next_step"]) == (
        "yes",
        "no",
        "N08",
        "TREAT_IM_STANDARD",
    )

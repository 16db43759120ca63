"Each combination as one row a fact."

from tests.clinic import build, clinic, insert, pack, select


def test_every_fact_has_an_answer_of_its_list():
    con = clinic()
    insert(con, "lake.patient", "patient_id\nann")
    build(con, "screening.combination_fact")
    found = {row["fact"]: row["answer"] for row in select(con, "screening.combination_fact")}
    assert set(found) == set(pack().facts)
    assert all(answer in pack().facts[fact] for fact, answer in found.items())

"The facts on which the priority rests: waiting_since is taken from their evidence."

from tests.clinic import build, clinic, insert, select


def deciding(con):
    build(con, "screening.deciding_fact")
    return {row["fact"] for row in select(con, "screening.deciding_fact")}


def test_a_derived_fact_leads_to_the_facts_that_make_it_so():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-05",
    )
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | headache_tierB_primary | 2026-01-01",
    )
    found = deciding(con)
    assert {"b12", "neuro"} <= found
    assert not {"mma", "active_b12", "metformin"} & found


def test_without_a_priority_nothing_decides_it():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    assert deciding(con) == set()


def test_only_what_has_the_winning_priority():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 250 | 2026-01-05",
    )
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | pernicious_anaemia | 2020-01-01",
    )
    found = deciding(con)
    assert {"malabsorption", "b12_therapy"} <= found
    assert "b12" not in found

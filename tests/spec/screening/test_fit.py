"Which rules fit a combination: every one of a table that collects, else the first."

from tests.clinic import build, clinic, insert, select


def fits(con, decision):
    build(con, "screening.fit")
    return [row["rule"] for row in select(
        con, f"(select rule.rule, position from screening.fit join protocol.rule using (decision, position) where decision = '{decision}')",
        "rule", "position",
    )]  # fmt: skip


def test_the_first_that_fits_and_every_one_that_fits():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-05",
    )
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | pernicious_anaemia | 2020-01-01",
    )
    insert(
        con, "lake.medication", "patient_id | concepts | start_on\nann | folic_acid | 2026-01-01"
    )
    assert fits(con, "next_step") == ["N07"]
    assert fits(con, "safety") == ["A01", "A08"]
    assert fits(con, "cause") == ["C02"]
    assert fits(con, "cohorts") == ["low_b12", "other_malabsorption"]
    assert fits(con, "deficient") == ["deficient"]


def test_a_rule_without_conditions_fits_when_none_before_it_does():
    con = clinic()
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    assert fits(con, "next_step") == ["N28"]
    assert fits(con, "safety") == []

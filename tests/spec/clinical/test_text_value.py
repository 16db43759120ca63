"The values that texts of the pack may name, and what becomes of a text."

from dataclasses import replace

from pipeline.protocol.tables import register_pack
from tests.clinic import build as built
from tests.clinic import clinic, insert, pack, select, shows
from tests.unit.protocol.declared import with_facts

NITROUS = {
    "answers": [{"answer": "used", "coded": ["nitrous*"], "evidence": "nitrous oxide used, first {since}"}],
    "otherwise": "none", "not_loaded": "not_loaded",
}  # fmt: skip


def naming(text):
    "A clinic whose rule N28, for anything else, has a text with values"
    mine = with_facts(nitrous=NITROUS)
    tables = [
        replace(
            each,
            rules=tuple(
                replace(rule, because=text) if rule.id == "N28" else rule for rule in each.rules
            ),
        )
        for each in mine.decisions
    ]
    con = clinic("2026-01-31")
    register_pack(con, replace(mine, decisions=tuple(tables)))
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1960-01-01\nbob | 1960-01-01")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 500 | 2026-01-05",
    )
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | name | onset_on\nann | nitrous_oxide | nitrous oxide | 2025-03-01",
    )
    return con


def test_every_value_on_file_by_its_placeholder():
    con = naming("{b12.value}")
    shows(con, "clinical.text_value", """
        patient_id | text_values
        ann        | b12.value=500 pg/mL, b12.date=2026-01-05, b12.age=26 days old, nitrous.sign=nitrous oxide used, first 2025-03-01, nitrous.since=2025-03-01
        bob        |
    """)  # fmt: skip


def test_nothing_is_collected_where_no_text_names_a_value():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id\nann")
    shows(con, "clinical.text_value", "patient_id")
    assert not any("{" in rule.because for each in pack().decisions for rule in each.rules)


def test_a_reason_has_the_values_of_its_patient():
    con = naming("B12 {b12.value} of {b12.date} ({b12.age}); {nitrous.sign}.")
    built(con)
    found = {
        row["patient_id"]: row
        for row in select(con, "screening.assessment", "patient_id, rule, reason, evidence")
    }
    assert found["ann"]["reason"] == (
        "B12 500 pg/mL of 2026-01-05 (26 days old); nitrous oxide used, first 2025-03-01."
    )
    assert found["bob"]["reason"] == "B12 not on file of not on file (not on file); not on file."
    assert found["ann"]["evidence"].endswith("nitrous oxide used, first 2025-03-01")

"What changed between two runs, and why."

from pipeline.engine import select_of
from tests.clinic import build, clinic, insert, select


def night(con, name):
    build(con)
    con.execute(f"create table lake.assessment_{name} as from screening.assessment")


def difference(con, protocol_change=None):
    con.execute("create table lake.delivery_before as select 'x' as sha256")
    con.execute(
        "create table lake.protocol_change as select $1::varchar as said", [protocol_change]
    )
    build(con, "clinical.merged_patient", "explaining.fact_difference", "explaining.result_act")
    return {row["patient_id"]: (row["change"], row["priority_before"], row["priority_after"], row["because"])
            for row in select(con, f"({select_of('explaining.run_difference')})")}  # fmt: skip


def reason(con, patient):
    return con.execute(
        "select reason from lake.assessment_after where patient_id = $1", [patient]
    ).fetchone()[0]


def test_new_resolved_and_changed_each_with_its_reason():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | file    | line
        withdrawn  | r1        | total_b12 | 110   | 2026-01-05   | one.csv | 2
        rises      | r2        | total_b12 | 250   | 2026-01-05   | one.csv | 3
        same       | r3        | total_b12 | 110   | 2026-01-05   | one.csv | 4
        old        | r4        | total_b12 | 110   | 2026-01-05   | one.csv | 5
    """)  # fmt: skip
    night(con, "before")
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | status    | file    | line | sha256
        withdrawn  | r1        | total_b12 |       | 2026-01-05   | retracted | two.csv | 7    | y
        rises      | r5        | mma       | 400   | 2026-01-06   | final     | two.csv | 8    | y
        comes      | r6        | total_b12 | 110   | 2026-01-06   | final     | two.csv | 9    | y
    """)  # fmt: skip
    insert(con, "lake.patient", "patient_id | merged_into | birth_on\nold | same | 1950-01-01")
    night(con, "after")
    found = difference(con)
    assert set(found) == {"withdrawn", "rises", "comes", "old", "same"}
    assert found["same"][0] == "changed", "the merged id brought a date of birth"
    assert "scope: age_unknown → in_scope" in found["same"][3]
    assert found["withdrawn"][:3] == ("resolved", 2, 0)
    assert found["withdrawn"][3].startswith("result withdrawn by two.csv:7; ")
    assert "b12: low → never" in found["withdrawn"][3]
    assert found["rises"][:3] == ("changed", 4, 2)
    assert "mma: never → raised_renal_unknown" in found["rises"][3]
    assert found["comes"][:3] == ("new", None, 2)
    assert found["comes"][3] == f"new in the population: {reason(con, 'comes')}", (
        "nothing was said before that could differ"
    )
    assert found["old"][:3] == ("resolved", 2, None)
    assert found["old"][3] == "no longer in the population"
    assert "b12_reported: 110 pg/mL → nothing" in found["withdrawn"][3], (
        "what is not there is not the answer none"
    )


def test_two_equal_nights_differ_in_nothing():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 110 | 2026-01-05",
    )
    night(con, "before")
    night(con, "after")
    assert difference(con) == {}


def test_another_protocol_is_named_first_and_of_who_left_the_population_nothing_is_said_of_it():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | file    | line
        ann        | total_b12 | 110   | 2026-01-05   | one.csv | 2
        ben        | total_b12 | 110   | 2026-01-05   | one.csv | 3
    """)  # fmt: skip
    night(con, "before")
    con.execute("delete from lake.lab_result where patient_id = 'ben'")
    con.execute("update lake.lab_result set value = 250")
    night(con, "after")
    found = difference(con, "protocol changed: a 1 → b 1")
    assert found["ann"][3].startswith("protocol changed: a 1 → b 1; b12: low → borderline")
    assert found["ben"][3] == "no longer in the population"

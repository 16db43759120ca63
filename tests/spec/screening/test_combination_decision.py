"Everything the protocol decides for a combination. Every line of every table: tests/spec/test_rules.py."

from tests.clinic import build, clinic, insert, select


def decided(con):
    build(con, "screening.combination_decision")
    [row] = select(con, "screening.combination_decision")
    return row


def test_reason_and_citations_are_those_of_all_that_has_a_say_each_once():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-05",
    )
    insert(
        con, "lake.medication", "patient_id | concepts | start_on\nann | folic_acid | 2026-01-01"
    )
    row = decided(con)
    assert (row["rule"], row["safety"], row["priority"]) == ("N08", ["FOLATE_BEFORE_B12"], 1)
    assert row["reason"].startswith("B12 below 180 pg/mL;")
    assert "treat B12 first" in row["reason"]
    assert "tests for it are incomplete (intrinsic factor antibodies and gastrin)" in row["reason"]
    assert row["cites"] == "SEED §D2; SEED §E; SEED §F; SEED §I"


def test_the_smallest_priority_above_0_and_0_only_without_one():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    assert decided(con)["priority"] == 0
    insert(
        con,
        "lake.medication",
        "patient_id | concepts | start_on | route\nann | b12_cyanocobalamin | 2025-06-01 | oral",
    )
    row = decided(con)
    assert (row["next_step"], row["priority"]) == ("CONTINUE_AND_MONITOR", 4)
    insert(con, "lake.condition", "patient_id | concepts | onset_on\nann | dialysis | 2020-01-01")
    assert decided(con)["priority"] == 2


def test_two_lines_of_one_alert_raise_it_once():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-05",
    )
    insert(con, "lake.condition", """
        patient_id | concepts               | onset_on
        ann        | headache_tierB_primary | 2026-01-01
        ann        | gastrectomy            | 2020-01-01
    """)  # fmt: skip
    insert(
        con,
        "lake.medication",
        "patient_id | concepts | start_on | route\nann | b12_mecobalamin | 2026-01-01 | oral",
    )
    row = decided(con)
    assert (row["safety"], row["priority"]) == (["ORAL_WHERE_IM_INDICATED"], 1)


def test_no_further_step_is_not_said_beside_an_alert():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 600 | 2026-01-05",
    )
    assert decided(con)["reason"] == "No further step is due."
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | bariatric_status | 2020-01-01",
    )
    row = decided(con)
    assert (row["rule"], row["safety"]) == ("N28", ["LIFELONG_SUPPLEMENT_MISSING"])
    assert row["reason"] == "No B12 is recorded although absorption is lost for life."

"worklist.tonight: what the store keeps of a row of the published worklist"

from datetime import date
from itertools import product

import pytest

from pipeline.engine.relations import create
from tests.clinic import build, clinic, holds, insert, select


def published():
    "A clinic screened with one low and one untested patient, its worklist where a published run's would be"
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | site
        ann        | 1950-01-01 | North
        ben        | 1950-01-01 |
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 110   | 2026-01-10
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | code  | concepts   | onset_on
        ben        | vegan | vegan_diet | 2025-01-01
    """)  # fmt: skip
    build(con, "screening.worklist")
    con.execute("create schema worklist")
    con.execute("create table worklist.published as from screening.worklist")
    con.execute(
        "create table worklist.patient_site as select patient_id, site from clinical.demography"
    )
    build(con, "bucket.listed_patient")
    con.execute("create table worklist.listed_patient as from bucket.listed_patient")
    con.execute("create table worklist.candidate as select patient_id from screening.worklist")
    create(con, "worklist.tonight")
    return con


def test_lists_are_closed_by_bars_so_that_one_is_found_whole():
    holds(published(), "worklist.tonight", """
        patient_id | site  | cohorts            | safety
        ann        | North | ¦low_b12¦          | ¦¦
        ben        |       | ¦strict_vegetarian¦| ¦¦
    """)  # fmt: skip


def test_the_facts_say_what_is_asked_and_what_it_rests_on():
    [ann, ben] = select(published(), "worklist.tonight", "facts", order="patient_id")
    assert '"B12":"low, 110 pg/mL on 2026-01-10"' in ann["facts"]
    assert '"next_step":"TREAT_IM_STANDARD (N08)"' in ann["facts"]
    assert '"B12":"never"' in ben["facts"] and '"next_step":"ORDER_B12 (N23)"' in ben["facts"]


def test_of_those_who_are_no_candidates_nothing_is_read():
    con = published()
    con.execute("delete from worklist.candidate where patient_id = 'ann'")
    create(con, "worklist.tonight")
    holds(con, "worklist.tonight", "patient_id\nben")


def row_of(con, **answers):
    "The row of ann, with other answers in the published worklist"
    changed = ", ".join(f"{name} = ${place}" for place, name in enumerate(answers, start=1))
    con.execute(
        f"update worklist.published set {changed} where patient_id = 'ann'", list(answers.values())
    )
    create(con, "worklist.tonight")
    [row] = select(con, "(from worklist.tonight where patient_id = 'ann')")
    return row


@pytest.mark.parametrize(
    ("next_step", "rule", "priority", "safety", "flags", "action"),
    [
        ("TREAT_IM_STANDARD", "N08", 2, [], [], "TREAT_IM_STANDARD"),
        # the alert makes it urgent, not the rule
        ("TREAT_IM_STANDARD", "N08", 1, ["FOLATE_BEFORE_B12"], [], "FOLATE_BEFORE_B12"),
        # of several alerts the one that gives the priority
        ("NO_ACTION", "N28", 2, ["FOLATE_B12_UNKNOWN", "PERNICIOUS_ANAEMIA_UNTREATED"], [], "PERNICIOUS_ANAEMIA_UNTREATED"),
        ("CONTINUE_AND_MONITOR", "N26", 4, [], ["ASSESS_SYMPTOMS", "MONITORING_DUE"], "MONITORING_DUE"),
        ("CONTINUE_AND_MONITOR", "N26", 1, ["ORAL_WHERE_IM_INDICATED", "LOW_ON_TREATMENT"], ["MONITORING_DUE"], "ORAL_WHERE_IM_INDICATED"),
        ("ORDER_MMA", "N16", 4, [], ["INVESTIGATE_CAUSE"], "ORDER_MMA"),
    ],
)  # fmt: skip
def test_the_action_is_what_gives_the_row_its_priority(next_step, rule, priority, safety, flags, action):  # fmt: skip
    found = row_of(
        published(), next_step=next_step, rule=rule, priority=priority, safety=safety, flags=flags
    )
    assert found["action"] == action


def test_the_more_severe_comes_first_then_the_newest_result():
    "Neurological before any band, a low band before a borderline one, a raised MMA before one that is not, newest first"
    signs = {
        "definite": 0,
        "headache": 0,
        "diabetic_only": 1,
        "nonspecific": 1,
        "none": 2,
        "not_loaded": 2,
    }
    bands = {"low": 0, "borderline": 1, "above": 2}
    measured = {"raised": 0, "raised_renal": 1, "never": 2, "not_raised": 3}
    days = {"2026-01-30": 0, "2025-01-01": 1, None: 2}
    con, ranks = published(), {}
    for answers in product(signs, bands, measured, days):
        neuro, b12, mma, day = answers
        con.execute("update worklist.listed_patient set deciding_on = $1", [day])
        found = row_of(con, neuro=neuro, b12=b12, mma=mma)["severity"]
        ranks[found] = ranks.get(found, set()) | {
            (signs[neuro], bands[b12], measured[mma], days[day])
        }
    assert all(len(same) == 1 for same in ranks.values())
    assert [ranks[each] for each in sorted(ranks)] == sorted(ranks.values(), key=min)


def test_a_low_active_b12_counts_as_a_low_one():
    low = row_of(published(), b12="never", active_b12="low")["severity"]
    assert low < row_of(published(), b12="borderline", active_b12="never")["severity"]


@pytest.mark.parametrize(
    ("since", "waits_from"),
    [
        (
            {
                "metformin": "long_term",
                "metformin_since": "2024-03-05",
                "waiting_since": "2024-03-05",
            },
            "2024-07-05",
        ),
        (
            {
                "acid_suppressant": "long_term",
                "acid_suppressant_since": "2024-03-05",
                "waiting_since": "2024-03-05",
            },
            "2025-03-05",
        ),
        # a pack for which any use is a risk
        (
            {
                "metformin": "shorter",
                "metformin_since": "2026-01-05",
                "waiting_since": "2026-01-05",
            },
            "2026-01-05",
        ),
        (
            {
                "acid_suppressant": "shorter",
                "acid_suppressant_since": "2026-01-05",
                "waiting_since": "2026-01-05",
            },
            "2026-01-05",
        ),
        # the last test went out of date later
        ({"metformin_since": "2024-03-05", "waiting_since": "2025-06-01"}, "2025-06-01"),
        ({"metformin_since": None, "waiting_since": "2025-06-01"}, "2025-06-01"),
        ({"metformin_since": None, "waiting_since": None}, None),
    ],
)
def test_a_drug_is_a_risk_only_once_it_was_taken_for_long_enough(since, waits_from):
    "No B12 was due on the day on which metformin was begun"
    found = row_of(published(), **since)["waits_from"]
    assert found == (date.fromisoformat(waits_from) if waits_from else None)

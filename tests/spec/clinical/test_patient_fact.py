"The answer to every question the protocol asks, in its words."

import pytest

from tests.clinic import build, clinic, facts_of, insert, pack, select, shows


def test_of_a_patient_of_whom_nothing_is_known():
    con = clinic()
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    assert facts_of(con, "ann") == {
        "scope": "in_scope", "b12": "never", "neuro_300": "no", "active_b12": "never", "mma": "never", "neuro": "none",
        "malabsorption": "none", "resection_length": "none", "metformin": "none", "acid_suppressant": "none", "diet": "none_known",
        "renal": "unknown", "b12_therapy": "none", "cyanocobalamin": "no", "folic_acid": "none", "pregnancy": "no",
        "homocysteine": "never", "monitoring": "not_on_therapy", "tested": "never", "cause_tests": "missing", "deficiency_before": "no",
        "b12_timing": "other", "mma_timing": "other", "neuro_timing": "other", "n23_used": "yes", "n24_used": "yes", "patient_row": "loaded",
        "medications": "loaded", "conditions": "loaded", "b12_500": "up_to_500", "absorption_lost": "no", "loading": "other",
        "b12_supply": "other", "therapy_began": "never",
    }  # fmt: skip


def test_what_was_never_loaded_is_not_loaded_and_never_none():
    con = clinic(loaded="lab_result")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 165 | 2026-01-05",
    )
    found = facts_of(con, "ann")
    assert {fact for fact, answer in found.items() if answer == "not_loaded"} == {
        "neuro", "malabsorption", "absorption_lost", "metformin", "acid_suppressant", "diet", "b12_therapy", "folic_acid", "pregnancy", "patient_row",
        "medications", "conditions",
    }  # fmt: skip
    assert found["scope"] == "age_unknown"


OF_MEDICATIONS = {"metformin", "acid_suppressant", "b12_therapy", "folic_acid", "medications"}
OF_CONDITIONS = {"neuro", "malabsorption", "absorption_lost", "diet", "pregnancy", "conditions"}


@pytest.mark.parametrize(
    ("loaded", "not_loaded"),
    [
        ("patient|medication", OF_CONDITIONS),
        ("patient|condition", OF_MEDICATIONS),
        ("patient|procedure", OF_MEDICATIONS | OF_CONDITIONS),
    ],
)
def test_medications_and_conditions_are_loaded_each_by_itself(loaded, not_loaded):
    con = clinic(loaded=loaded)
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    assert {
        fact for fact, answer in facts_of(con, "ann").items() if answer == "not_loaded"
    } == not_loaded


def test_a_fact_that_is_known_is_known_though_its_entity_was_never_loaded():
    con = clinic(loaded="procedure")
    insert(con, "lake.procedure", """
        patient_id | concepts            | performed_on
        ann        | gastrectomy         | 2020-01-01
        ann        | b12_injection_claim | 2026-01-05
    """)  # fmt: skip
    found = facts_of(con, "ann")
    assert (found["malabsorption"], found["b12_therapy"], found["neuro"]) == (
        "other",
        "im",
        "not_loaded",
    )


@pytest.mark.parametrize(
    ("collected_on", "analyte", "expected"),
    [("2025-01-31", "total_b12", "recent"), ("2025-01-30", "total_b12", "longer_ago"), ("2025-01-31", "active_b12", "recent"),
     ("2026-01-05", "mma", "never")],
)  # fmt: skip
def test_tested_recently(collected_on, analyte, expected):
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        [{"patient_id": "ann", "analyte": analyte, "value": "200", "collected_on": collected_on}],
    )
    assert facts_of(con, "ann")["tested"] == expected


@pytest.mark.parametrize(
    ("onset_on", "expected"), [("2025-12-30", "other"), ("2025-12-31", "new_on_therapy")]
)
def test_a_sign_more_than_90_days_after_t0_is_new(onset_on, expected):
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.medication",
        "patient_id | concepts | start_on | route\nann | b12_mecobalamin | 2025-10-01 | oral",
    )
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": "headache_tierB_primary", "onset_on": onset_on}],
    )
    assert facts_of(con, "ann")["neuro_timing"] == expected


def test_deficiency_before_is_coded_or_an_earlier_low():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2020-01-05
        ann        | total_b12 | 400   | 2026-01-05
        bob        | total_b12 | 150   | 2026-01-05
        cid        | total_b12 | 400   | 2026-01-05
    """)  # fmt: skip
    insert(
        con, "lake.condition", "patient_id | concepts | onset_on\ncid | b12_deficiency | 2020-01-01"
    )
    assert [facts_of(con, patient)["deficiency_before"] for patient in ("ann", "bob", "cid")] == [
        "yes",
        "no",
        "yes",
    ]


def test_homocysteine_is_never_without_active_therapy():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | homocysteine | 20 | 2026-01-05",
    )
    assert facts_of(con, "ann")["homocysteine"] == "never"


def test_every_answer_is_in_its_closed_list_and_the_columns_are_the_facts():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 203.3055 | 2026-01-05",
    )
    build(con, "clinical.patient_fact")
    [row] = select(con, "clinical.patient_fact")
    assert all(row[fact] in answers for fact, answers in pack().facts.items())
    assert set(row) == {"patient_id", "own_answers", *pack().facts}


def test_a_birth_known_as_a_year_gives_an_age_when_every_day_of_it_gives_the_same():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on
        ann        | 1960-01-01 | 1960-12-31
        bob        | 2014-01-01 | 2014-12-31
        cid        | 2010-01-01 | 2010-12-31
        dan        | 2010-01-01 | 2010-01-31
    """)  # fmt: skip
    shows(con, "clinical.patient_fact", """
        patient_id | scope
        ann        | in_scope
        bob        | child
        cid        | age_unknown
        dan        | in_scope
    """)  # fmt: skip


def test_what_was_delivered_and_is_not_understood_is_not_loaded():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id\nann")
    insert(con, "lake.code_system_count", """
        source    | entity     | code_system | rows | rows_understood
        canonical | medication | PZN         | 10   | 4
        canonical | condition  | ICD-10      | 10   | 10
    """)  # fmt: skip
    shows(con, "clinical.patient_fact", """
        patient_id | medications    | metformin  | b12_therapy | conditions | malabsorption
        ann        | not_understood | not_loaded | not_loaded  | loaded     | none
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "comparator", "expected"),
    [("500", "=", "up_to_500"), ("500.1", "=", "above_500"), ("500", ">", "above_500"), ("500", ">=", "up_to_500"), ("600", "<", "up_to_500")],
)  # fmt: skip
def test_b12_500(value, comparator, expected):
    con = clinic()
    insert(con, "lake.lab_result", [
        {"patient_id": "ann", "analyte": "total_b12", "value": value, "comparator": comparator, "collected_on": "2026-01-05"}
    ])  # fmt: skip
    assert facts_of(con, "ann")["b12_500"] == expected


@pytest.mark.parametrize(
    ("start_on", "end_on", "began", "supply"),
    [("2025-01-31", "", "recently", "other"), ("2025-01-30", "", "long_ago", "other"), ("2025-06-01", "2026-01-01", "recently", "overdue"),
     ("2025-06-01", "2025-12-31", "recently", "other")],
)  # fmt: skip
def test_when_therapy_began_and_whether_it_ran_out(start_on, end_on, began, supply):
    con = clinic("2026-01-31")
    insert(con, "lake.medication", f"""
        patient_id | concepts           | start_on   | end_on | route
        ann        | b12_cyanocobalamin | {start_on} | {end_on} | oral
    """)  # fmt: skip
    found = facts_of(con, "ann")
    assert (found["therapy_began"], found["b12_supply"]) == (began, supply)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("bariatric_procedure | gastric sleeve", "yes"), ("bariatric_status | after surgery", "yes"), ("bariatric_band | band", "no"),
        ("gastrectomy_total | total gastrectomy", "yes"), ("gastrectomy | gastrectomy", "no"), ("ileal_resection | ileum", "no"),
        ("pernicious_anaemia | PA", "no"), ("pernicious_anaemia | PA\nann | 2020-01-01 | bariatric_procedure | sleeve", "yes"),
    ],
)  # fmt: skip
def test_absorption_is_lost_after_surgery_that_is_not_a_band_alone(rows, expected):
    con = clinic()
    insert(
        con, "lake.condition", f"patient_id | onset_on | concepts | name\nann | 2020-01-01 | {rows}"
    )
    assert facts_of(con, "ann")["absorption_lost"] == expected


@pytest.mark.parametrize(("length", "expected"), [("20", "no"), ("21", "yes")])
def test_absorption_is_lost_after_a_recorded_ileal_resection_of_more_than_20_cm(length, expected):
    con = clinic()
    insert(con, "lake.condition", f"""
        patient_id | concepts               | onset_on   | length_cm
        ann        | ileal_resection_length | 2020-01-01 | {length}
    """)  # fmt: skip
    assert facts_of(con, "ann")["absorption_lost"] == expected


@pytest.mark.parametrize(("used", "answer"), [(1, "yes"), (0, "no")])
def test_rules_that_a_site_can_switch_off(used, answer):
    con = clinic(at_risk_untested_is_ordered=used, never_tested_neuro_is_ordered=used)
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    found = facts_of(con, "ann")
    assert (found["n23_used"], found["n24_used"]) == (answer, answer)


def test_the_patient_row_is_on_file_deleted_or_was_never_loaded():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | birth_on   | is_deleted
        ann        | 1950-01-01 |
        bob        | 1950-01-01 | yes
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        cid        | total_b12 | 500   | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.patient_fact", """
        patient_id | scope       | patient_row
        ann        | in_scope    | loaded
        bob        | opted_out   | deleted
        cid        | age_unknown | not_loaded
    """)  # fmt: skip

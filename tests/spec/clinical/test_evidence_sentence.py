"The values behind the facts, as one sentence. Protocol §4, Reasons in full."

import pytest

from tests.clinic import clinic, insert, shows
from tests.local_bands import local_clinic
from tests.unit.protocol.declared import own_clinic


def says(sentence, **rows):
    con = clinic("2026-11-29")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    for entity, text in rows.items():
        head, *body = text.split("\n")
        table = [f"patient_id | {head}", *(f"ann | {row}" for row in body)]
        insert(con, f"lake.{entity}", "\n".join(table))
    shows(con, "clinical.evidence_sentence", f"patient_id | evidence\nann | {sentence}")


def test_the_example_of_the_specification():
    says(
        "B12 167 pg/mL on 2022-01-13 (4.9 years old); Headache recorded 2026-09-20; MMA never measured; metformin since 2019-03",
        lab_result="analyte | value | collected_on\ntotal_b12 | 167 | 2022-01-13",
        condition="concepts | name | onset_on\nheadache_tierB_primary | Headache | 2026-09-20",
        medication="concepts | start_on\nmetformin | 2019-03-04",
    )


@pytest.mark.parametrize(
    ("collected_on", "age"),
    [("2026-11-29", "0 days"), ("2026-11-28", "1 day"), ("2026-10-01", "59 days"), ("2026-09-30", "2 months"), ("2024-12-01", "24 months"),
     ("2024-11-29", "2.0 years")],
)  # fmt: skip
def test_how_old_a_value_is(collected_on, age):
    says(
        f"B12 150 pg/mL on {collected_on} ({age} old); MMA never measured",
        lab_result=f"analyte | value | collected_on\ntotal_b12 | 150 | {collected_on}",
    )


def test_what_the_laboratory_printed_and_the_canonical_value_behind_it():
    says(
        "B12 110 pmol/L (149.1 pg/mL) on 2026-11-01 (28 days old); MMA 0.3 umol/L on 2026-11-02 (27 days old), which kidney function (not known) may explain",
        lab_result="""analyte | value | value_reported | unit_reported | collected_on
total_b12 | 149.0907 | 110 | pmol/L | 2026-11-01
mma | 300 | 0.3 | umol/L | 2026-11-02""",
    )


def test_what_exists_and_does_not_count_says_why():
    says(
        "B12 250 pg/mL on 2023-11-29 (3.0 years old), never followed up; active B12 60 pmol/L of 2023-02 is too old to count;"
        " Polyneuropathy recorded 2019-01-01: marked as resolved, so it does not count; MMA 170 nmol/L of 2023-02 is too old to count",
        lab_result="""analyte | value | collected_on
total_b12 | 250 | 2023-11-29
mma | 170 | 2023-02-01
active_b12 | 60 | 2023-02-01""",
        condition="concepts | name | onset_on | abated_on\nneuro_peripheral_neuropathy | Polyneuropathy | 2019-01-01 | 2020-01-01",
    )


def test_without_any_value():
    says(
        "B12 never measured; Sleeve gastrectomy recorded 2019-05-02; acid suppressant since 2020-01; strict vegetarian diet recorded 2018-01-01",
        medication="concepts | start_on\nppi | 2020-01-05",
        condition="concepts | name | onset_on\nvegan_diet | Vegan | 2018-01-01",
        procedure="concepts | name | performed_on\nbariatric_procedure | Sleeve gastrectomy | 2019-05-02",
    )


def test_of_a_treatment_since_when_how_and_what_is_due():
    says(
        "B12 150 pg/mL on 2025-12-20 (11 months old); MMA never measured; B12 since 2026-01-02, now by injection; 1 injection recorded in the first 28 days;"
        " check due since 2026-06-02; folic acid since 2026-02",
        lab_result="analyte | value | collected_on\ntotal_b12 | 150 | 2025-12-20",
        procedure="""concepts | performed_on
b12_injection_claim | 2026-01-02
b12_injection_claim | 2026-04-02
b12_injection_claim | 2026-07-02
b12_injection_claim | 2026-10-02""",
        medication="concepts | start_on\nfolic_acid | 2026-02-01",
    )


def test_of_a_treatment_that_ended_and_an_earlier_low():
    says(
        "B12 600 pg/mL on 2024-01-05 (2.9 years old), taken during or soon after B12 treatment; an earlier B12 120 pg/mL on 2023-01-05;"
        " B12 deficiency recorded 2023-01-06; MMA never measured; B12 treatment ended 2024-02-01",
        lab_result="analyte | value | collected_on\ntotal_b12 | 120 | 2023-01-05\ntotal_b12 | 600 | 2024-01-05",
        condition="concepts | name | onset_on\nb12_deficiency | B12 deficiency | 2023-01-06",
        medication="concepts | start_on | end_on | status | route\nb12_mecobalamin | 2023-12-01 | 2024-02-01 | ended | oral",
    )


def test_a_comparator_is_a_sign_however_it_was_written():
    says(
        "B12 <150 pg/mL on 2026-11-01 (28 days old); MMA never measured",
        lab_result="analyte | comparator | value | value_reported | unit_reported | collected_on\ntotal_b12 | < | 150 | &lt;150 | pg/mL | 2026-11-01",
    )


def test_kidney_function_where_it_may_be_reduced():
    says(
        "B12 never measured; Chronic kidney disease, stage 3 recorded 2020-01-01; eGFR 53 mL/min/1.73 m² on 2026-11-01 (28 days old)",
        lab_result="analyte | value | collected_on\negfr | 53 | 2026-11-01",
        condition="concepts | name | onset_on\nckd_stage3_5 | Chronic kidney disease, stage 3 | 2020-01-01",
    )
    says(
        "B12 never measured; eGFR 59.5 mL/min/1.73 m² on 2026-11-01 (28 days old)",
        lab_result="analyte | value | collected_on\negfr | 59.5 | 2026-11-01",
    )
    says("B12 never measured", lab_result="analyte | value | collected_on\negfr | 75 | 2026-11-01")


def test_of_a_treatment_by_an_unknown_route_that_does_not_reach_its_target():
    says(
        "B12 never measured; B12 since 2026-11-01 (route not recorded); homocysteine 14 umol/L on 2026-11-20",
        lab_result="analyte | value | collected_on\nhomocysteine | 14 | 2026-11-20",
        medication="concepts | start_on\nb12_mecobalamin | 2026-11-01",
    )


def test_a_new_sign_on_therapy_stands_beside_the_old_one():
    says(
        "B12 never measured; Polyneuropathy recorded 2015-01-01; Paraesthesia recorded 2026-11-01; B12 since 2026-06-01, now oral; check due since 2026-11-01",
        condition="""concepts | name | onset_on
neuro_peripheral_neuropathy | Polyneuropathy | 2015-01-01
neuro_paraesthesia_sensory | Paraesthesia | 2026-11-01""",
        medication="concepts | start_on | route\nb12_mecobalamin | 2026-06-01 | oral",
    )


def test_the_operation_after_which_absorption_is_lost_is_named():
    says(
        "B12 never measured; Gastric band recorded 2015-01-01; Gastric bypass recorded 2020-01-01",
        procedure="""concepts | name | performed_on
bariatric_band | Gastric band | 2015-01-01
bariatric_procedure | Gastric bypass | 2020-01-01""",
    )
    says(
        "B12 never measured; ileal resection of 45 cm recorded 2020-01-01",
        condition="concepts | name | onset_on | length_cm\nileal_resection_length | Length | 2020-01-01 | 45",
    )


def test_a_raised_value_that_expired_by_treatment_says_so_and_not_too_old():
    says(
        "B12 never measured; active B12 20 pmol/L of 2015-02 is from before B12 treatment; MMA 900 nmol/L of 2015-02 is from before B12 treatment;"
        " B12 treatment ended 2020-01-01",
        lab_result="analyte | value | collected_on\nmma | 900 | 2015-02-01\nactive_b12 | 20 | 2015-02-01",
        medication="concepts | start_on | end_on | status | route\nb12_mecobalamin | 2016-01-01 | 2020-01-01 | ended | oral",
    )


def test_a_vegetarian_diet_without_strictness_and_control_characters():
    says(
        "B12 never measured; head ache recorded 2026-11-20; vegetarian diet (strictness not recorded) recorded 2018-01-01",
        condition="concepts | name | onset_on\nvegetarian_diet | Vegetarian | 2018-01-01\nheadache_tierB_primary | head\x1bache | 2026-11-20",
    )


def test_a_kidney_function_that_is_too_old_is_named_where_it_would_matter():
    results = "analyte | value | collected_on\nmma | 400 | 2026-11-01\negfr | 88 | 2022-07-01"
    says(
        "B12 never measured; MMA 400 nmol/L on 2026-11-01 (28 days old), which kidney function (not known) may explain;"
        " eGFR 88 mL/min/1.73 m² of 2022-07 is too old to count",
        lab_result=results,
    )
    says(
        "B12 150 pg/mL on 2026-11-01 (28 days old); MMA never measured",
        lab_result=results.replace("mma | 400", "total_b12 | 150"),
    )


def test_a_suspected_diagnosis_is_named_as_such():
    says(
        "B12 250 pg/mL on 2026-11-01 (28 days old); Polyneuropathy recorded 2026-01-01: not recorded as a confirmed diagnosis, so it does not count;"
        " MMA never measured; Coeliac disease recorded 2025-01-01: not recorded as a confirmed diagnosis, so it does not count",
        lab_result="analyte | value | collected_on\ntotal_b12 | 250 | 2026-11-01",
        condition="""concepts | name | onset_on | status
neuro_peripheral_neuropathy | Polyneuropathy | 2026-01-01 | not_counted
coeliac | Coeliac disease | 2025-01-01 | not_counted""",
    )


def test_a_newer_result_that_is_not_final_stands_beside_the_one_that_decides():
    says(
        "B12 640 pg/mL on 2026-05-01 (7 months old); a newer B12 150 pg/mL on 2026-11-20 is not final",
        lab_result="""analyte | value | collected_on | status
total_b12 | 640 | 2026-05-01 | final
total_b12 | 150 | 2026-11-20 | held""",
    )


def test_a_beginning_is_as_precise_as_it_is_known():
    says(
        "B12 250 pg/mL on 2026-11-01 (28 days old); Polyneuropathy recorded 2024; MMA never measured; Coeliac disease recorded 2023-05;"
        " strict vegetarian diet recorded 2018",
        lab_result="analyte | value | collected_on\ntotal_b12 | 250 | 2026-11-01",
        condition="""concepts | name | onset_on | onset_latest_on
neuro_peripheral_neuropathy | Polyneuropathy | 2024-01-01 | 2024-12-31
coeliac | Coeliac disease | 2023-05-01 | 2023-05-31
vegan_diet | Vegan | 2018-01-01 | 2018-12-31""",
    )


def test_one_record_that_is_two_facts_is_named_once():
    says(
        "B12 480 pg/mL on 2026-11-01 (28 days old); Pernicious anaemia recorded 2024-06-12",
        lab_result="analyte | value | collected_on\ntotal_b12 | 480 | 2026-11-01",
        condition="concepts | name | onset_on\nb12_deficiency_anaemia¦pernicious_anaemia | Pernicious anaemia | 2024-06-12",
    )


def test_the_local_limits_that_judged_a_value_are_named():
    con = local_clinic(
        """
b12:
  - {id: north, laboratory: North, cites: [OURS], tiles: [{answer: low, below: 200}, {answer: above, from: 200}]}
mma:
  - {id: north-mma, laboratory: North, cites: [OURS], tiles: [{answer: not_raised, to: 400}, {answer: raised, above: 400}]}
active_b12:
  - {id: north-active, laboratory: North, cites: [OURS], tiles: [{answer: low, below: 35}, {answer: above, from: 35}]}
""",
        as_of="2026-11-29",
    )
    insert(con, "lake.lab_result", """
        patient_id | analyte    | value | collected_on | performing_lab
        ann        | total_b12  | 195   | 2026-11-01   | North
        ann        | active_b12 | 30    | 2026-11-01   | North
        ann        | mma        | 300   | 2026-11-01   | North
        bob        | total_b12  | 195   | 2026-11-01   | East
        bob        | mma        | 300   | 2026-11-01   | North
    """)  # fmt: skip
    shows(con, "clinical.evidence_sentence", """
        patient_id | evidence
        ann        | B12 195 pg/mL on 2026-11-01 (28 days old), by the limits north; active B12 30 pmol/L on 2026-11-01 (28 days old), by the limits north-active; MMA 300 nmol/L on 2026-11-01 (28 days old), by the limits north-mma
        bob        | B12 195 pg/mL on 2026-11-01 (28 days old); MMA 300 nmol/L on 2026-11-01 (28 days old), by the limits north-mma
    """)  # fmt: skip


def test_what_a_line_of_a_shared_fact_says_stands_in_place_of_the_usual_words():
    "NICE counts metformin and acid suppressants of any length as a risk"
    ends = {"otherwise": "none", "not_loaded": "not_loaded"}
    shorter = {"answer": "shorter", "evidence": "{sign}"}
    longer = {"answer": "long_term", "longer_than_months": 4}
    con = own_clinic(
        "2026-11-29",
        metformin={"answers": [longer | {"medication": ["metformin"]}, shorter | {"medication": ["metformin"]}], **ends},
        acid_suppressant={"answers": [longer | {"medication": ["ppi"], "evidence": "a PPI since {since}"}, shorter | {"medication": ["ppi"]}], **ends},
        folic_acid={"answers": [{"answer": "active", "medication": ["folic_acid"], "active": True, "evidence": "folate, {since}"}], **ends},
        diet={"answers": [{"answer": "strict_vegetarian", "coded": ["vegan_diet"], "evidence": "{sign} ({since})"}], **ends},
        pregnancy={"answers": [{"answer": "yes", "coded": ["pregnancy"], "evidence": "pregnant by {since}"}], **ends},
    )  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts   | start_on   | end_on
        ann        | metformin  | 2026-10-01 |
        ann        | ppi        | 2026-09-02 |
        bob        | metformin  | 2019-03-04 |
        bob        | ppi        | 2019-03-04 |
        bob        | folic_acid | 2026-10-05 | 2027-01-01
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts   | name  | onset_on
        cid        | vegan_diet | Vegan | 2020-02-03
        cid        | pregnancy  | Z34   | 2026-10-01
    """)  # fmt: skip
    shows(con, "clinical.evidence_sentence", """
        patient_id | evidence
        ann        | B12 never measured; metformin since 2026-10; acid suppressant since 2026-09
        bob        | B12 never measured; metformin since 2019-03; a PPI since 2019-03-04; folate, 2026-10-05
        cid        | B12 never measured; Vegan recorded 2020-02-03 (2020-02-03); pregnant by 2026-10-01
    """)  # fmt: skip

"The pack after NICE NG239: a patient for each of its rules, its edges, its risks and symptoms"

import pytest

from pipeline.protocol.pack import load
from tests.drawn import as_drawn, screened, undrawn

NAME = "nice-ng239"
PATIENTS = """
    who  | rule | pri | alerts                       | records
    n01a | N01  | 0   |                              | died; total_b12 90
    n01b | N01  | 0   |                              | opted out; total_b12 90
    n01c | N01  | 0   |                              | deleted; total_b12 90
    n02  | N02  | 2   |                              | born 2015-01-01; total_b12 150; neuro_ataxia_gait
    n03  | N03  | 3   |                              | born 2015-01-01; total_b12 150; metformin
    n03b | N03  | 3   |                              | born 2015-01-01; total_b12 400; mma 400; neuro_ataxia_gait
    n04  | N04  | 0   |                              | born 2015-01-01; total_b12 300
    n05  | N05  | 1   |                              | total_b12 150; neuro_optic; coeliac
    n05b | N05  | 1   |                              | active_b12 20; neuro_ataxia_gait; metformin
    n05f | N08  | 1   | FOLATE_BEFORE_B12            | total_b12 150; headache_tierB_primary; folic_acid; metformin
    n06  | N06  | 2   |                              | total_b12 150; gastrectomy_total
    n06b | N06  | 2   | PERNICIOUS_ANAEMIA_UNTREATED | active_b12 24.9; pernicious_anaemia
    n07  | N07  | 2   |                              | total_b12 150; coeliac
    n07b | N07  | 2   |                              | total_b12 150; bariatric_procedure
    n08  | N08  | 2   |                              | total_b12 150; vegan_diet
    n08b | N08  | 2   |                              | total_b12 250; mma 400; egfr 90; nice_risk_drug
    n08c | N08  | 2   |                              | active_b12 50; mma 400; egfr 90; ppi on 2025-12-01
    n09  | N09  | 2   |                              | total_b12 150; nice_risk_condition
    n10  | N10  | 2   |                              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; neuro_cognitive
    n10b | N10  | 2   |                              | total_b12 250 on 2022-01-05; neuro_ataxia_gait
    n11  | N11  | 2   |                              | total_b12 400; mma 400; neuro_ataxia_gait
    n12  | N12  | 3   |                              | total_b12 400; nitrous_oxide_related; neuro_ataxia_gait
    n12b | N12  | 3   |                              | total_b12 400; nitrous_oxide_related; homocysteine 12
    n12d | N21  | 0   |                              | total_b12 400; nitrous_oxide_related; neuro_ataxia_gait; homocysteine 9.9
    n12e | N12  | 3   |                              | total_b12 400; nitrous_oxide_related; neuro_ataxia_gait; homocysteine 9 on 2025-01-30
    n12c | N21  | 0   |                              | total_b12 400; nitrous_oxide_related on 2024-01-01; neuro_ataxia_gait
    n13  | N13  | 3   |                              | total_b12 250; glossitis
    n13b | N13  | 3   |                              | active_b12 70; macrocytic_anaemia_other
    n14  | N14  | 3   |                              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; metformin
    n14b | N14  | 3   |                              | total_b12 250 on 2022-01-05; neuro_cognitive
    n15  | N15  | 3   |                              | total_b12 400; mma 400
    n15b | N15  | 3   |                              | mma 400
    n16  | N16  | 3   |                              | metformin; neuro_cognitive; pregnancy
    n17  | N17  | 3   |                              | metformin on 2025-12-01; neuro_cognitive
    n17b | N21  | 0   |                              | metformin; headache_tierB_primary
    n17c | N21  | 0   |                              | neuro_ataxia_gait
    n17d | N21  | 0   |                              | metformin; coeliac; total_b12 400 on 2025-06-01; glossitis
    n18  | N18  | 4   |                              | total_b12 250; metformin
    n18b | N18  | 4   |                              | active_b12 25
    n18c | N18  | 4   |                              | total_b12 250 on 2022-01-05
    n19  | N19  | 4   |                              | total_b12 400; b12_deficiency
    n20  | N20  | 0   |                              | b12_mecobalamin route injection; metformin; total_b12 400
    n21  | N21  | 0   |                              | total_b12 400; metformin; neuro_ataxia_gait
    a02  | N18  | 3   | FOLATE_B12_UNKNOWN           | total_b12 250; metformin; folic_acid
    a03  | N20  | 2   | CYANOCOBALAMIN_RENAL         | b12_cyanocobalamin_injection route injection; ckd_stage3_5; metformin
    a04  | N20  | 3   | CHECK_B12_FORM_RENAL         | b12_cyanocobalamin route injection; ckd_unspecified; metformin
    a04b | N20  | 3   | CHECK_B12_FORM_RENAL         | b12_form_unknown route injection; ckd_stage3_5; metformin
    a05  | N14  | 2   | THERAPY_LAPSED               | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; gastrectomy_total
    a05b | N14  | 2   | THERAPY_LAPSED               | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; coeliac
    a06  | N10  | 2   | THERAPY_STOPPED              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; b12_deficiency; neuro_ataxia_gait
    a06b | N19  | 4   | THERAPY_STOPPED              | total_b12 400; b12_mecobalamin on 2020-01-01 to 2024-01-01; b12_deficiency; metformin
    a07  | N20  | 2   | REVIEW_ORAL_ROUTE            | b12_mecobalamin route oral; pernicious_anaemia
    a08  | N21  | 2   | PERNICIOUS_ANAEMIA_UNTREATED | total_b12 400; pernicious_anaemia
    a09  | N20  | 1   | CHECK_ROUTE_NEURO LOW_ON_TREATMENT | b12_mecobalamin route oral; total_b12 150; neuro_ataxia_gait on 2019-01-01; metformin
    a11  | N20  | 3   | SYMPTOMS_RECUR               | b12_mecobalamin route injection; neuro_ataxia_gait; metformin
    a12  | N20  | 3   | LOW_ON_TREATMENT             | b12_mecobalamin route injection; total_b12 150; metformin
    a16  | N21  | 3   | LIFELONG_SUPPLEMENT_MISSING  | total_b12 400; gastrectomy_total
"""


def test_a_patient_for_every_rule_and_alert():
    assert undrawn(NAME, as_drawn(NAME, PATIENTS)) == []


@pytest.mark.parametrize(
    ("test", "fact", "word"),
    [
        ("total_b12 179.9", "b12", "low"), ("total_b12 180", "b12", "borderline"), ("total_b12 350", "b12", "borderline"),
        ("total_b12 350.1", "b12", "above"), ("total_b12 <200", "b12", "uncertain_low"), ("total_b12 <300", "b12", "uncertain"), ("active_b12 24.9", "active_b12", "low"),
        ("active_b12 25", "active_b12", "indeterminate"), ("active_b12 70", "active_b12", "indeterminate"),
        ("active_b12 70.1", "active_b12", "above"),
    ],
)  # fmt: skip
def test_the_edges_of_total_and_active_b12(test, fact, word):
    found, _ = screened(NAME, f"who | records\nann | {test}")
    assert found["ann"][fact] == word


SYMPTOMS = (
    "glossitis",
    "neuro_optic",
    "neuro_falls",
    "neuropathy_diabetic",
    "macrocytic_anaemia_other",
)
RISKS = ("vegan_diet", "coeliac", "atrophic_gastritis", "nice_risk_condition", "h2_blocker", "nice_risk_drug")  # fmt: skip


def test_a_symptom_and_a_risk_prompt_a_test_and_either_alone_does_not():
    expected = {f"{symptom}; {risk}": "N17" for symptom in SYMPTOMS for risk in RISKS}
    expected |= dict.fromkeys((*SYMPTOMS, *RISKS), "N21")
    found, rows = screened(
        NAME, "who | records\n" + "\n".join(f"{each} | {each}" for each in expected)
    )
    assert {row["who"]: found[row["who"]]["rule"] for row in rows} == expected


@pytest.mark.parametrize(
    ("begun", "route", "said"),
    [
        ("2025-10-31", "injection", "not measured again"), ("2025-10-31", "oral", "3 months after B12"), ("2025-11-01", "oral", None),
        ("2025-08-01", "oral", "3 months after B12"), ("2025-07-31", "oral", None),
    ],
)  # fmt: skip
def test_the_follow_up_is_asked_for_from_3_months_on_until_6(begun, route, said):
    drawn = f"who | records\nann | b12_mecobalamin on {begun} route {route}; metformin"
    found, _ = screened(NAME, drawn)
    assert ("FOLLOW_UP_DUE" in found["ann"]["flags"]) is bool(said)
    assert not said or said in found["ann"]["reason"]


def test_nothing_is_ordered_excluded_or_stopped():
    pack = load(NAME)
    texts = [*pack.raw["actions"].values()]
    texts += [row.get("because", "") for name in ("next_step", "safety") for row in pack.raw[name]]
    assert not [text for text in texts if "normal" in text.lower() or "stop B12" in text]
    treating = [text for name, text in pack.raw["actions"].items() if name.startswith("TREAT")]
    assert treating and all(text.startswith("Option: ") and "NICE" in text for text in treating)


def test_a_risk_that_is_not_known_is_not_read_as_none():
    "A symptom, and no medications were ever loaded: one of them may be the risk"
    as_drawn("nice-ng239", """
        who | rule | pri | alerts | records
        a   | N17  | 4   |        | neuro_ataxia_gait
    """, loaded="patient|condition|lab_result")  # fmt: skip

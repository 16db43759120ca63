"The pack after American Family Physician 2025: a patient for each of its rules, its edges, and MMA by the laboratory's own limit"

import pytest

from pipeline.protocol.pack import load
from tests.drawn import as_drawn, screened, undrawn

NAME = "aafp-2025"
PATIENTS = """
    who  | rule | pri | alerts                       | records
    n01a | N01  | 0   |                              | died; total_b12 90
    n01b | N01  | 0   |                              | opted out; total_b12 90
    n01c | N01  | 0   |                              | deleted; total_b12 90
    n02  | N02  | 2   |                              | born 2015-01-01; total_b12 150; neuro_ataxia_gait
    n03  | N03  | 3   |                              | born 2015-01-01; total_b12 150; metformin
    n03b | N03  | 3   |                              | born 2015-01-01; total_b12 400; mma 400 limits 70-270; neuro_ataxia_gait
    n03c | N03  | 3   |                              | born 2015-01-01; active_b12 20
    n04  | N04  | 0   |                              | born 2015-01-01; total_b12 300
    n05  | N05  | 1   |                              | total_b12 150; neuro_ataxia_gait; metformin
    n05b | N05  | 1   |                              | total_b12 300; mma 400; egfr 90; neuro_peripheral_neuropathy; metformin
    n05f | N07  | 1   | FOLATE_BEFORE_B12            | total_b12 150; headache_tierB_primary; folic_acid
    n06  | N06  | 2   |                              | total_b12 150; bariatric_procedure
    n07  | N07  | 2   |                              | total_b12 150; coeliac
    n07b | N07  | 2   |                              | total_b12 150; headache_tierB_primary; metformin
    n08  | N08  | 2   |                              | total_b12 250; mma 400; egfr 90; metformin
    n08b | N08  | 2   |                              | total_b12 250; mma 400; ckd_stage3_5; metformin
    n09  | N09  | 2   |                              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; neuro_cognitive
    n09b | N09  | 2   |                              | total_b12 250 on 2022-01-05; neuro_ataxia_gait
    n10  | N10  | 2   |                              | total_b12 400; active_b12 24.9
    n11  | N11  | 3   |                              | total_b12 250; neuro_cognitive
    n11b | N11  | 3   |                              | total_b12 <300; neuropathy_diabetic
    n07b | N07  | 2   |                              | total_b12 <200
    n12  | N12  | 3   |                              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; metformin
    n12b | N12  | 3   |                              | total_b12 250 on 2022-01-05; neuro_cognitive
    n13  | N13  | 2   |                              | total_b12 400; mma 400; neuro_ataxia_gait
    n13b | N13  | 3   |                              | total_b12 400; mma 400
    n14  | N14  | 3   |                              | mma 400
    n15  | N15  | 3   |                              | metformin; neuro_cognitive
    n15b | N15  | 3   |                              | born 1951-01-31; neuro_ataxia_gait
    n15c | N21  | 0   |                              | born 1951-02-01; neuro_ataxia_gait
    n15d | N21  | 0   |                              | metformin; headache_tierB_primary
    n15e | N21  | 0   |                              | metformin
    n16  | N16  | 4   |                              | total_b12 250; metformin
    n17  | N17  | 4   |                              | total_b12 250 on 2022-01-05
    n18  | N18  | 4   |                              | active_b12 50
    n19  | N19  | 4   |                              | total_b12 400; b12_deficiency
    n20  | N20  | 4   |                              | b12_mecobalamin route injection; metformin; homocysteine 12
    n21  | N21  | 0   |                              | total_b12 400; metformin; neuro_ataxia_gait
    a02  | N16  | 3   | FOLATE_B12_UNKNOWN           | total_b12 250; metformin; folic_acid
    a03  | N20  | 2   | CYANOCOBALAMIN_RENAL         | b12_cyanocobalamin_injection route injection; ckd_stage3_5; metformin
    a04  | N20  | 3   | CHECK_B12_FORM_RENAL         | b12_cyanocobalamin route injection; ckd_unspecified; metformin
    a04b | N20  | 3   | CHECK_B12_FORM_RENAL         | b12_form_unknown route injection; ckd_stage3_5; metformin
    a05  | N12  | 2   | THERAPY_LAPSED               | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; coeliac
    a06  | N09  | 2   | THERAPY_STOPPED              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; b12_deficiency; neuro_ataxia_gait
    a06b | N19  | 4   | THERAPY_STOPPED              | total_b12 400; b12_mecobalamin on 2020-01-01 to 2024-01-01; b12_deficiency; metformin
    a08  | N21  | 2   | PERNICIOUS_ANAEMIA_UNTREATED | total_b12 400; pernicious_anaemia
    a09  | N20  | 1   | REVIEW_ORAL_ROUTE LOW_ON_TREATMENT | b12_mecobalamin route oral; total_b12 150; neuro_ataxia_gait on 2019-01-01; metformin
    a11  | N20  | 3   | SYMPTOMS_RECUR               | b12_mecobalamin route injection; neuro_ataxia_gait; metformin
    a12  | N20  | 3   | LOW_ON_TREATMENT             | b12_mecobalamin route oral; total_b12 150; metformin
    a15  | N20  | 3   | MMA_RAISED_ON_TREATMENT      | b12_mecobalamin route injection; mma 400; egfr 90; metformin
    a16  | N21  | 3   | LIFELONG_SUPPLEMENT_MISSING  | total_b12 400; bariatric_procedure
"""


def test_a_patient_for_every_rule_and_alert():
    assert undrawn(NAME, as_drawn(NAME, PATIENTS)) == []


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("179.9", "low"), ("180", "borderline"), ("350", "borderline"), ("350.1", "above"), ("<180", "low"), ("<180.1", "uncertain_low"), ("<203.4", "uncertain"),
    ],
)  # fmt: skip
def test_the_edges_of_b12(value, word):
    found, _ = screened(NAME, f"who | records\nann | total_b12 {value}")
    assert found["ann"]["b12"] == word


@pytest.mark.parametrize(
    ("mma", "rule"),
    [
        ("260 limits 70-250", "N08"),  # above the laboratory's limit
        ("250 limits 70-250", "N21"),  # at it
        ("400 limits 70-400", "N21"),  # above the limit of praxis-2026 alone
        ("400.1 limits 70-400", "N08"),
        ("60 limits 70-400", "N21"),
        ("271", "N21"),  # without a limit of the laboratory
        ("272", "N08"),
    ],
)
def test_a_borderline_b12_is_settled_by_the_laboratorys_own_limit_of_mma(mma, rule):
    found, _ = screened(NAME, f"who | records\nann | total_b12 250; mma {mma}; egfr 90; metformin")
    assert found["ann"]["rule"] == rule


@pytest.mark.parametrize(
    ("records", "is_flagged"),
    [
        ("total_b12 1100 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900", True),
        ("total_b12 950 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900", True),
        ("total_b12 1100 on 2025-11-01 limits 200-900; total_b12 1000 limits 200-900", False),
        ("total_b12 800 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900", False),
        ("total_b12 1100 on 2025-12-08 limits 200-900; total_b12 1001 limits 200-900", True),
        ("total_b12 1100 on 2025-12-09 limits 200-900; total_b12 1001 limits 200-900", False),
        ("total_b12 1100 limits 200-900", False),
        ("total_b12 1100 on 2025-11-01; total_b12 1001", False),  # without limits nobody knows
        ("b12_mecobalamin; total_b12 1100 on 2025-11-01 limits 200-900; total_b12 1001 limits 200-900", False),
    ],
)  # fmt: skip
def test_a_b12_that_stays_high_is_a_warning_without_a_priority(records, is_flagged):
    found, _ = screened(NAME, f"who | records\nann | {records}; metformin")
    assert ("B12_PERSISTENTLY_HIGH" in found["ann"]["flags"]) is is_flagged
    assert not is_flagged or found["ann"]["priority"] == 0


def test_nothing_is_ordered_excluded_or_stopped():
    pack = load(NAME)
    texts = [*pack.raw["actions"].values()]
    texts += [row.get("because", "") for name in ("next_step", "safety") for row in pack.raw[name]]
    assert not [text for text in texts if "normal" in text.lower() or "stop B12" in text]
    treating = [text for name, text in pack.raw["actions"].items() if name.startswith("TREAT")]
    assert treating and all(text.startswith("Option: ") and "AAFP" in text for text in treating)


def test_a_risk_that_is_not_known_is_not_read_as_none():
    "A symptom, and no medications were ever loaded: one of them may be the risk"
    as_drawn("aafp-2025", """
        who | rule | pri | alerts | records
        a   | N15  | 4   |        | neuro_ataxia_gait
    """, loaded="patient|condition|lab_result")  # fmt: skip

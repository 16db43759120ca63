"The example pack of two laboratories: a patient for each of its rules, and the days and edges at which their limits change"

import pytest

from tests.clinic import build, holds
from tests.drawn import as_drawn, drawn_clinic, screened, undrawn

NAME = "local-lab-example"
PATIENTS = """
    who  | rule | pri | alerts                       | records
    n01a | N01  | 0   |                              | died; total_b12 90
    n01b | N01  | 0   |                              | opted out; total_b12 90
    n01c | N01  | 0   |                              | deleted; total_b12 90
    n02  | N02  | 2   |                              | born 2015-01-01; total_b12 150; neuro_ataxia_gait
    n03  | N03  | 3   |                              | born 2015-01-01; total_b12 150; metformin
    n04  | N04  | 0   |                              | born 2015-01-01; total_b12 300
    n05  | N05  | 1   |                              | total_b12 150; neuro_ataxia_gait; metformin
    n05f | N05  | 1   | FOLATE_BEFORE_B12            | total_b12 150; headache_tierB_primary; folic_acid
    n06  | N06  | 2   |                              | total_b12 150; coeliac
    n07  | N07  | 2   |                              | total_b12 150; metformin
    n08  | N08  | 2   |                              | total_b12 250; mma 400; egfr 90; metformin
    n10  | N10  | 3   |                              | total_b12 250; neuro_cognitive
    n10b | N10  | 4   |                              | total_b12 250
    n10c | N10  | 4   |                              | total_b12 <200
    n11  | N11  | 3   |                              | total_b12 400; mma 400; egfr 40 on 2025-06-01; egfr 40; ckd_stage3_5
    n12  | N12  | 2   |                              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; neuro_ataxia_gait on 2024-01-01
    n12b | N12  | 2   | THERAPY_LAPSED               | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; coeliac
    n12c | N12  | 3   |                              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2025-01-01 to 2025-12-01; metformin
    n13  | N13  | 2   |                              | total_b12 250 on 2022-01-05; neuro_ataxia_gait
    n13b | N13  | 3   |                              | total_b12 250 on 2022-01-05; neuro_cognitive
    n13c | N13  | 4   |                              | total_b12 250 on 2022-01-05
    n14  | N14  | 3   |                              | mma 400; egfr 90
    n15  | N15  | 3   |                              | active_b12 50; neuro_cognitive
    n15b | N15  | 4   |                              | active_b12 50
    n16  | N16  | 3   |                              | metformin; neuro_cognitive
    n17  | N17  | 3   |                              | neuro_ataxia_gait
    n18  | N18  | 4   |                              | metformin
    n18f | N18  | 3   | FOLATE_B12_UNKNOWN           | metformin; folic_acid
    n19  | N19  | 4   |                              | total_b12 400; b12_deficiency
    n20  | N20  | 2   | CYANOCOBALAMIN_RENAL         | b12_cyanocobalamin_injection route injection; ckd_stage3_5; metformin
    n20b | N20  | 3   | CHECK_B12_FORM_RENAL         | b12_cyanocobalamin route injection; ckd_unspecified; metformin
    n20c | N20  | 3   | CHECK_B12_FORM_RENAL         | b12_form_unknown route injection; ckd_stage3_5; metformin
    n21  | N21  | 0   |                              | total_b12 400
    a05  | N12  | 2   | THERAPY_LAPSED               | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; coeliac
    a06  | N12  | 2   | THERAPY_STOPPED              | total_b12 400 on 2025-06-01; b12_mecobalamin on 2024-01-01 to 2025-12-01; b12_deficiency; neuro_ataxia_gait on 2020-01-01
    a06b | N19  | 4   | THERAPY_STOPPED              | total_b12 400; b12_mecobalamin on 2020-01-01 to 2024-01-01; b12_deficiency; metformin
    a07  | N20  | 2   | ORAL_IN_PERNICIOUS_ANAEMIA   | b12_mecobalamin route oral; pernicious_anaemia
    a08  | N21  | 2   | PERNICIOUS_ANAEMIA_UNTREATED | total_b12 400; pernicious_anaemia
    a09  | N20  | 1   | ORAL_WHERE_IM_INDICATED LOW_ON_TREATMENT | b12_mecobalamin route oral; total_b12 150; neuro_ataxia_gait on 2019-01-01; metformin
    a10  | N20  | 2   | ORAL_WHERE_IM_INDICATED LOW_ON_TREATMENT | b12_mecobalamin route oral; total_b12 150; metformin
    a10b | N20  | 2   | ORAL_WHERE_IM_INDICATED      | b12_mecobalamin route oral; coeliac
    a11  | N20  | 3   | SYMPTOMS_RECUR               | b12_mecobalamin route injection; neuro_ataxia_gait; metformin
    a13  | N20  | 4   | HOMOCYSTEINE_ABOVE_TARGET    | b12_mecobalamin route injection; homocysteine 12; metformin
    a14  | N20  | 3   | LOADING_INCOMPLETE           | total_b12 150 on 2025-11-20; b12_hydroxocobalamin on 2025-12-01 to 2025-12-01 route injection; metformin
    a14n | N20  | 2   | LOADING_INCOMPLETE           | total_b12 150 on 2025-11-20; b12_hydroxocobalamin on 2025-12-01 to 2025-12-01 route injection; metformin; neuro_ataxia_gait on 2025-11-01
    a15  | N20  | 3   | MMA_RAISED_ON_TREATMENT      | b12_mecobalamin route injection; mma 400; egfr 90; metformin
    a16  | N21  | 3   | LIFELONG_SUPPLEMENT_MISSING  | total_b12 400; gastrectomy_total
"""
WITHOUT_DIAGNOSES = """
    who | rule | pri | alerts | records
    n09 | N09  | 2   |        | total_b12 250; mma 400; egfr 90
"""
LIMITS = """
    who | => b12     | => band_id | records
    a   | low        | north-old  | total_b12 144.9 on 2025-06-30 at Example Lab North
    b   | borderline | north-old  | total_b12 145 on 2025-06-30 at Example Lab North by Example Method B
    c   | borderline | north-old  | total_b12 180 on 2025-06-30 at example lab north
    d   | above      | north-old  | total_b12 180.1 on 2025-06-30 at Example Lab North
    e   | low        | north-new  | total_b12 199.9 on 2025-07-01 at Example Lab North by Example Method B
    f   | borderline | north-new  | total_b12 200 on 2025-07-01 at Example Lab North by example method b
    g   | borderline | north-new  | total_b12 400 on 2025-07-01 at Example Lab North by Example Method B
    h   | above      | north-new  | total_b12 400.1 on 2025-07-01 at Example Lab North by Example Method B
    i   | low        | south      | total_b12 99.9 at Example Lab South
    j   | borderline | south      | total_b12 100 at Example Lab South, second site
    k   | borderline | south      | total_b12 200 at Example Lab South
    l   | above      | south      | total_b12 200.1 at Example Lab South
    m   | low        | general    | total_b12 179.9 at Another Lab
    n   | borderline | general    | total_b12 180
    o   | borderline | general    | total_b12 350
    p   | above      | general    | total_b12 350.1
    q   | uncertain  | south      | total_b12 <150 at Example Lab South
    r   | low        | general    | total_b12 <180
"""


def test_a_patient_for_every_rule_and_alert():
    rows = as_drawn(NAME, PATIENTS)
    rows += as_drawn(NAME, WITHOUT_DIAGNOSES, loaded="patient|lab_result")
    assert undrawn(NAME, rows) == []


def test_each_laboratory_is_judged_by_the_limits_of_its_day():
    con, rows = drawn_clinic(NAME, LIMITS)
    build(con, "clinical.latest_b12")
    holds(
        con,
        "clinical.result",
        "patient_id | word | band_id\n"
        + "\n".join(f"{row['who']} | {row['=> b12']} | {row['=> band_id']}" for row in rows),
    )


@pytest.mark.parametrize("method", ["", " by Example Method A"])
def test_a_result_after_the_change_by_no_or_another_method_is_judged_by_the_general_row_and_flagged(
    method,
):
    found, _ = screened(
        NAME, f"who | records\nann | total_b12 190 on 2025-07-01 at Example Lab North{method}"
    )
    assert found["ann"]["b12"] == "borderline"
    assert "BAND_OF_OTHER_DATE" in found["ann"]["flags"]

"Kidney function: reduced, possible, normal, or not known. Protocol §2 [OURS]."

import pytest

from tests.clinic import clinic, insert, shows


def test_two_results_below_60_at_least_90_days_apart_one_of_them_the_latest():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte | value | collected_on
        ann        | egfr    | 59.9  | 2025-10-01
        ann        | egfr    | 59.9  | 2025-12-30
        bob        | egfr    | 59.9  | 2025-10-01
        bob        | egfr    | 59.9  | 2025-12-29
        cid        | egfr    | 50    | 2025-01-01
        cid        | egfr    | 50    | 2025-06-01
        cid        | egfr    | 60    | 2025-12-30
        dan        | egfr    | 59.9  | 2025-12-30
        eve        | egfr    | 60    | 2025-12-30
        fay        | egfr    | 60    | 2024-01-31
        gus        | egfr    | 60    | 2024-01-30
        hal        | egfr    | 50    | 2010-01-01
        hal        | egfr    | 70    | 2015-01-01
        hal        | egfr    | 50    | 2020-01-01
    """)  # fmt: skip
    shows(con, "clinical.renal_function", """
        patient_id | renal    | egfr_value
        ann        | reduced  | 59.9
        bob        | possible | 59.9
        cid        | normal   | 60
        dan        | possible | 59.9
        eve        | normal   | 60
        fay        | normal   | 60
        gus        |          | 60
        hal        | reduced  | 50
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ("ckd_stage3_5", "reduced"),
        ("dialysis", "reduced"),
        ("ckd", "possible"),
        ("ckd_unspecified", "possible"),
        ("renal_impairment", "possible"),
    ],
)
def test_coded_disease_comes_before_a_normal_result(concept, expected):
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    insert(
        con,
        "lake.lab_result",
        [{"patient_id": "ann", "analyte": "egfr", "value": "90", "collected_on": "2026-01-05"}],
    )
    shows(con, "clinical.renal_function", f"patient_id | renal\nann | {expected}")


@pytest.mark.parametrize("concept", ["ckd_stage1_2", "ckd_stage1_2_or_unspecified"])
def test_stages_1_and_2_are_only_shown(concept):
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    insert(
        con,
        "lake.lab_result",
        [{"patient_id": "ann", "analyte": "egfr", "value": "90", "collected_on": "2026-01-05"}],
    )
    shows(con, "clinical.renal_function", "patient_id | renal\nann | normal")


def test_a_censored_result_decides_only_on_one_side_of_60():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte | comparator | value | collected_on
        ann        | egfr    | >          | 90    | 2026-01-05
        bob        | egfr    | <          | 15    | 2026-01-05
        cid        | egfr    | >          | 45    | 2026-01-05
        dan        | egfr    | >=         | 60    | 2026-01-05
    """)  # fmt: skip
    shows(
        con,
        "clinical.renal_function",
        "patient_id | renal\nann | normal\nbob | possible\ndan | normal",
    )

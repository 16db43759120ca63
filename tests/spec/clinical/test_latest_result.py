"The latest usable result of each analyte that can decide."

import pytest

from tests.clinic import clinic, insert, shows
from tests.local_bands import local_clinic


def test_the_latest_and_of_several_at_one_instant_the_lower_b12_and_the_higher_mma():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte      | value | collected_at
        ann        | total_b12    | 165   | 2026-01-04 08:00Z
        ann        | total_b12    | 400   | 2026-01-05 08:00Z
        bob        | total_b12    | 400   | 2026-01-05 08:00Z
        bob        | total_b12    | 165   | 2026-01-05 08:00Z
        bob        | mma          | 200   | 2026-01-05 08:00Z
        bob        | mma          | 300   | 2026-01-05 08:00Z
        cid        | homocysteine | 9     | 2026-01-05 08:00Z
        cid        | homocysteine | 11    | 2026-01-05 08:00Z
        cid        | active_b12   | 20    | 2026-01-05 08:00Z
        cid        | active_b12   | 90    | 2026-01-05 08:00Z
        cid        | egfr         | 55    | 2026-01-05 08:00Z
        cid        | egfr         | 65    | 2026-01-05 08:00Z
        dan        | total_b12    | 165   | 2026-01-05 08:00Z
        dan        | total_b12    | 165   | 2026-01-05 08:00Z
    """)  # fmt: skip
    shows(con, "clinical.latest_result", """
        patient_id | analyte      | value | word           | is_conflicting
        ann        | total_b12    | 400   | above          | no
        bob        | total_b12    | 165   | low            | yes
        bob        | mma          | 300   | raised         | yes
        cid        | homocysteine | 11    | at_or_above_10 | yes
        cid        | active_b12   | 20    | low            | yes
        cid        | egfr         | 55    | below_60       | yes
        dan        | total_b12    | 165   | low            | no
    """)  # fmt: skip


def test_of_one_number_at_one_instant_the_comparator_says_which_is_lower_or_higher():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte      | comparator | value | collected_on
        ann        | mma          | =          | 271   | 2026-01-05
        ann        | mma          | >          | 271   | 2026-01-05
        bob        | mma          | >=         | 1000  | 2026-01-05
        bob        | mma          | >          | 1000  | 2026-01-05
        cid        | homocysteine | <          | 10    | 2026-01-05
        cid        | homocysteine | =          | 10    | 2026-01-05
        dan        | total_b12    | >=         | 350   | 2026-01-05
        dan        | total_b12    | >          | 350   | 2026-01-05
        eve        | total_b12    | <          | 180   | 2026-01-05
        eve        | total_b12    | =          | 180   | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.latest_result", """
        patient_id | analyte      | comparator | word
        ann        | mma          | >          | raised
        bob        | mma          | >          | raised
        cid        | homocysteine | =          | at_or_above_10
        dan        | total_b12    | >=         | uncertain
        eve        | total_b12    | <          | low
    """)  # fmt: skip


def test_a_later_result_that_crosses_its_edge_is_passed_over():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte    | comparator | value | collected_on
        ann        | mma        | =          | 300   | 2026-01-04
        ann        | mma        | <          | 400   | 2026-01-05
        bob        | mma        | <          | 400   | 2026-01-04
        bob        | mma        | =          | 300   | 2026-01-05
        cid        | mma        | <          | 400   | 2026-01-05
        dan        | total_b12  | <          | 400   | 2026-01-05
        dan        | total_b12  | =          | 100   | 2026-01-04
    """)  # fmt: skip
    shows(con, "clinical.latest_result", """
        patient_id | analyte   | value | word
        ann        | mma       | 300   | raised
        bob        | mma       | 300   | raised
        dan        | total_b12 | 400   | uncertain
    """)  # fmt: skip


def test_qualitative_results_the_latest_and_at_one_instant_the_positive():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | finding       | value_reported | collected_on
        ann        | intrinsic_factor_antibody | positive      | pos            | 2025-01-05
        ann        | intrinsic_factor_antibody | negative      | neg            | 2026-01-05
        bob        | intrinsic_factor_antibody | negative      | neg            | 2026-01-05
        bob        | intrinsic_factor_antibody | positive      | pos            | 2026-01-05
        cid        | gastrin                   | indeterminate | 900            | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.latest_result", """
        patient_id | analyte                   | finding
        ann        | intrinsic_factor_antibody | negative
        bob        | intrinsic_factor_antibody | positive
        cid        | gastrin                   | indeterminate
    """)  # fmt: skip


@pytest.mark.parametrize("labs", [("North", "East lab"), ("East lab", "North")])
def test_of_one_number_that_two_laboratories_judge_otherwise_the_worse_word(labs):
    con = local_clinic()
    insert(con, "lake.lab_result", [
        {"patient_id": "ann", "analyte": "total_b12", "value": "190", "performing_lab": lab, "method": "ECLIA", "collected_on": "2026-01-05"}
        for lab in labs
    ])  # fmt: skip
    shows(con, "clinical.latest_result", """
        patient_id | band_id    | word
        ann        | north-2025 | low
    """)  # fmt: skip


@pytest.mark.parametrize("labs", [("North", "West"), ("West", "North")])
@pytest.mark.parametrize(
    ("edge", "word"), [(250, "uncertain_low"), (300, "uncertain"), (150, "low")]
)
def test_of_one_censored_number_a_doubt_counts_more_than_what_is_surely_normal(labs, edge, word):
    "West calls such a result normal; at North it may be low"
    con = local_clinic("""
b12:
  - {id: north, laboratory: North, cites: [OURS],
     tiles: [{answer: low, below: 200}, {answer: above, from: 200}], censored: [{answer: uncertain_low, below: 250}, {answer: uncertain}]}
  - {id: west, laboratory: West, cites: [OURS], tiles: [{answer: low, below: 0.5}, {answer: above, from: 0.5}], censored: [{answer: above}]}
""")  # fmt: skip
    insert(con, "lake.lab_result", [
        {"patient_id": "ann", "analyte": "total_b12", "value": str(edge), "comparator": "<", "performing_lab": lab, "collected_on": "2026-01-05"}
        for lab in labs
    ])  # fmt: skip
    shows(con, "clinical.latest_result", f"""
        patient_id | band_id | word
        ann        | north   | {word}
    """)  # fmt: skip

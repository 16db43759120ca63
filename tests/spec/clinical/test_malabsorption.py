"The malabsorption that counts: the first that applies. Protocol §2 and §6."

import pytest

from tests.clinic import clinic, insert, shows

CONCEPTS = {
    "pernicious_anaemia": "pernicious_anaemia", "bariatric_status": "bariatric", "bariatric_complication": "bariatric",
    "bariatric_procedure": "bariatric", "bariatric_procedure_or_gastric_bypass": "bariatric", "bariatric_band": "bariatric",
    "bariatric_band_or_restriction": "bariatric", "ileal_resection": "ileal_resection", "ileal_resection_partial": "ileal_resection",
    "ileal_bypass": "ileal_resection", "crohn_ileal": "crohn_ileal", "crohn_small_bowel": "crohn_ileal", "coeliac": "other",
    "malabsorption": "other", "gastrectomy": "other", "gastrectomy_status": "other", "crohn_large": "other",
    "crohn_large_or_unspecified": "other", "crohn_any": "other",
}  # fmt: skip


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept(concept):
    con = clinic()
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    shows(con, "clinical.malabsorption", f"patient_id | malabsorption\nann | {CONCEPTS[concept]}")


@pytest.mark.parametrize(
    "concept",
    [
        "atrophic_gastritis",
        "bowel_resection_status_nonspecific",
        "bariatric_band_reversal_or_removal",
        "glossitis",
    ],
)
def test_shown_only(concept):
    con = clinic()
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    shows(con, "clinical.malabsorption", "patient_id")


def test_the_first_that_applies_in_this_order():
    con = clinic()
    order = [
        "pernicious_anaemia",
        "bariatric_procedure",
        "ileal_resection",
        "crohn_ileal",
        "coeliac",
    ]
    for place, patient in enumerate(("ann", "bob", "cid", "dan", "eve")):
        insert(con, "lake.condition", [
            {"patient_id": patient, "concepts": concept, "onset_on": f"201{day}-01-01"} for day, concept in enumerate(order[place:][::-1])
        ])  # fmt: skip
    shows(con, "clinical.malabsorption", """
        patient_id | malabsorption      | malabsorption_on | resection_length
        ann        | pernicious_anaemia | 2014-01-01       | unknown
        bob        | bariatric          | 2013-01-01       | unknown
        cid        | ileal_resection    | 2012-01-01       | unknown
        dan        | crohn_ileal        | 2011-01-01       | none
        eve        | other              | 2010-01-01       | none
    """)  # fmt: skip


def test_a_band_later_removed_does_not_count():
    con = clinic()
    insert(con, "lake.procedure", """
        patient_id | concepts                           | performed_on
        ann        | bariatric_band                     | 2015-01-01
        bob        | bariatric_band                     | 2015-01-01
        bob        | bariatric_band_reversal_or_removal | 2018-01-01
        cid        | bariatric_band_reversal_or_removal | 2014-01-01
        cid        | bariatric_band                     | 2015-01-01
        dan        | bariatric_procedure                | 2015-01-01
        dan        | bariatric_band_reversal_or_removal | 2018-01-01
        eve        | bariatric_band                     | 2015-01-01
        eve        | bariatric_procedure                | 2016-01-01
    """)  # fmt: skip
    shows(con, "clinical.malabsorption", """
        patient_id | malabsorption | is_band_only
        ann        | bariatric     | yes
        cid        | bariatric     | yes
        dan        | bariatric     | no
        eve        | bariatric     | no
    """)  # fmt: skip


def test_the_length_of_an_ileal_resection():
    con = clinic()
    insert(con, "lake.procedure", """
        patient_id | concepts        | performed_on
        ann        | ileal_resection | 2015-01-01
        bob        | ileal_resection | 2015-01-01
        cid        | ileal_resection | 2015-01-01
        eve        | ileal_resection | 2015-01-01
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts               | onset_on   | length_cm
        bob        | ileal_resection_length | 2015-01-01 | 20.5
        cid        | ileal_resection_length | 2015-01-01 | 20
        dan        | ileal_resection_length | 2015-01-01 | 35
        eve        | ileal_resection_length | 2015-01-01 | 10
        eve        | ileal_resection_length | 2016-01-01 | 40
        fay        | ileal_resection_length | 2015-01-01 | 10
    """)  # fmt: skip
    shows(con, "clinical.malabsorption", """
        patient_id | malabsorption   | resection_length
        ann        | ileal_resection | unknown
        bob        | ileal_resection | extensive
        dan        | ileal_resection | extensive
        eve        | ileal_resection | extensive
    """)  # fmt: skip


def test_a_positive_latest_intrinsic_factor_antibody_is_pernicious_anaemia():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | finding       | value_reported | collected_on
        ann        | intrinsic_factor_antibody | positive      | pos            | 2026-01-05
        bob        | intrinsic_factor_antibody | positive      | pos            | 2025-01-05
        bob        | intrinsic_factor_antibody | negative      | neg            | 2026-01-05
        cid        | intrinsic_factor_antibody | indeterminate | 1.2            | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.malabsorption", """
        patient_id | malabsorption      | malabsorption_on
        ann        | pernicious_anaemia | 2026-01-05
    """)  # fmt: skip

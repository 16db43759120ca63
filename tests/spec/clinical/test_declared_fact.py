"The answers to the declared facts of the shipped protocol, with since when. Protocol §2, §3 and §6."

import pytest

from tests.clinic import clinic, delivered, facts_of, insert, shows


def test_definite_while_not_abated():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                       | onset_on   | abated_on
        ann        | neuro_ataxia_gait              | 2010-01-01 |
        bob        | neuro_ataxia_gait              | 2010-01-01 | 2026-01-31
        cid        | neuro_ataxia_gait              | 2010-01-01 | 2026-02-01
        dan        | subacute_combined_degeneration | 2025-01-01 |
        dan        | headache_tierB_primary         | 2025-12-01 |
        eve        | neuropathy_diabetic            | 2010-01-01 |
        fay        | neuropathy_diabetic            | 2010-01-01 |
        fay        | neuro_paraesthesia_sensory     | 2025-01-01 |
        gus        | neuropathy_diabetic            | 2010-01-01 |
        gus        | headache_tierB_primary         | 2026-01-01 |
        hal        | neuropathy_diabetic            | 2010-01-01 | 2020-01-01
        ida        | headache_secondary_needs_review| 2026-01-01 |
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | neuro         | neuro_on   | last_sign_on
        ann        | definite      | 2010-01-01 | 2010-01-01
        cid        | definite      | 2010-01-01 | 2010-01-01
        dan        | definite      | 2025-01-01 | 2025-12-01
        eve        | diabetic_only | 2010-01-01 |
        fay        | definite      | 2025-01-01 | 2025-01-01
        gus        | headache      | 2026-01-01 | 2026-01-01
    """)  # fmt: skip


@pytest.mark.parametrize(
    "concept",
    ["neuro_definite_myelopathy", "neuro_peripheral_neuropathy", "neuro_paraesthesia_sensory", "neuro_ataxia_gait", "neuro_optic",
     "subacute_combined_degeneration"],
)  # fmt: skip
def test_every_definite_sign(concept):
    con = clinic()
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    shows(con, "clinical.declared_fact", "patient_id | neuro\nann | definite")


def test_a_headache_that_began_within_180_days_persists_abated_or_not():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                         | onset_on   | abated_on
        ann        | headache_tierB_primary           | 2025-08-04 |
        bob        | headache_tierB_primary           | 2025-08-03 |
        cid        | headache_tierB_primary           | 2025-12-01 | 2025-12-02
        dan        | headache_tierB_migraine_optional | 2025-12-01 |
        eve        | headache_tierB_primary           | 2025-12-01 |
        eve        | headache_tierB_primary           | 2026-01-01 |
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | neuro    | neuro_on   | last_sign_on
        ann        | headache | 2025-08-04 | 2025-08-04
        bob        | headache_old | 2025-08-03 |
        cid        | headache | 2025-12-01 | 2025-12-01
        dan        | headache | 2025-12-01 | 2025-12-01
        eve        | headache | 2025-12-01 | 2026-01-01
    """)  # fmt: skip


def test_migraine_can_be_switched_off():
    con = clinic("2026-01-31", migraine_is_headache=0)
    insert(con, "lake.condition", """
        patient_id | concepts                         | onset_on
        ann        | headache_tierB_migraine_optional | 2025-12-01
        bob        | headache_tierB_primary           | 2025-12-01
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", "patient_id | neuro\nbob | headache")


def test_a_clinicians_note_removes_headaches_up_to_its_date_and_nothing_else():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                  | onset_on
        ann        | headache_tierB_primary    | 2026-01-10
        ann        | headache_unrelated_to_b12 | 2026-01-10
        bob        | headache_tierB_primary    | 2026-01-11
        bob        | headache_unrelated_to_b12 | 2026-01-10
        cid        | neuro_ataxia_gait         | 2026-01-01
        cid        | headache_unrelated_to_b12 | 2026-01-10
        dan        | headache_tierB_migraine_optional | 2026-01-01
        dan        | headache_unrelated_to_b12 | 2026-01-10
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | neuro    | neuro_on
        bob        | headache | 2026-01-11
        cid        | definite | 2026-01-01
    """)  # fmt: skip


@pytest.mark.parametrize(("hb", "mcv"), [("17", "80"), ("6", "125"), ("13", "90")])
def test_haemoglobin_and_mcv_never_change_anything(hb, mcv):
    con = delivered("lab_result", [
        {"patient_id": "ann", "code": "718-7", "value": hb, "unit": "g/dL", "collected_at": "2026-01-05"},
        {"patient_id": "ann", "code": "787-2", "value": mcv, "unit": "fL", "collected_at": "2026-01-05"},
        {"patient_id": "ann", "code": "2132-9", "value": "250", "unit": "pg/mL", "collected_at": "2026-01-05"},
    ])  # fmt: skip
    without = delivered("lab_result", [
        {"patient_id": "ann", "code": "2132-9", "value": "250", "unit": "pg/mL", "collected_at": "2026-01-05"},
    ])  # fmt: skip
    assert facts_of(con, "ann") == facts_of(without, "ann")


def test_a_headache_known_as_a_month_or_a_year_counts_if_any_of_its_days_does():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts         | onset_on   | onset_latest_on
        ann        | headache_tierB_primary | 2025-07-01 | 2025-07-31
        bob        | headache_tierB_primary | 2025-08-01 | 2025-08-31
        cid        | headache_tierB_primary | 2025-01-01 | 2025-12-31
        dan        | headache_tierB_primary | 2025-08-03 |
    """)  # fmt: skip
    shows(
        con,
        "clinical.declared_fact",
        "patient_id | neuro\nann | headache_old\nbob | headache\ncid | headache\ndan | headache_old",
    )


def test_what_is_common_for_other_reasons_and_an_old_headache_prompt_tests_behind_a_diabetic_neuropathy():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                         | onset_on   | abated_on
        ann        | neuro_cognitive                  | 2010-01-01 |
        bob        | neuro_cognitive                  | 2010-01-01 | 2020-01-01
        cid        | headache_tierB_primary           | 2015-01-01 |
        dan        | headache_tierB_primary           | 2015-01-01 | 2015-02-01
        eve        | headache_tierB_migraine_optional | 2015-01-01 |
        fay        | headache_tierB_primary           | 2015-01-01 |
        fay        | neuro_cognitive                  | 2016-01-01 |
        fay        | neuropathy_diabetic              | 2017-01-01 |
        gus        | headache_tierB_primary           | 2015-01-01 |
        gus        | neuro_cognitive                  | 2016-01-01 |
        hal        | headache_tierB_primary           | 2015-01-01 |
        hal        | headache_unrelated_to_b12        | 2015-01-01 |
        ida        | headache_tierB_primary           | 2015-01-01 |
        ida        | headache_tierB_primary           | 2026-01-01 |
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | neuro         | neuro_on   | last_sign_on
        ann        | nonspecific   | 2010-01-01 |
        cid        | headache_old  | 2015-01-01 |
        eve        | headache_old  | 2015-01-01 |
        fay        | diabetic_only | 2017-01-01 |
        gus        | nonspecific   | 2016-01-01 |
        ida        | headache      | 2026-01-01 | 2026-01-01
    """)  # fmt: skip


CONCEPTS = {
    "pernicious_anaemia": "pernicious_anaemia", "bariatric_status": "bariatric", "bariatric_complication": "bariatric",
    "bariatric_procedure": "bariatric", "bariatric_procedure_or_gastric_bypass": "bariatric", "bariatric_band": "bariatric",
    "bariatric_band_or_restriction": "bariatric", "ileal_resection": "ileal_resection", "ileal_resection_partial": "ileal_resection",
    "ileal_bypass": "ileal_resection", "crohn_ileal": "crohn_ileal", "crohn_small_bowel": "crohn_ileal", "coeliac": "other",
    "malabsorption": "other", "gastrectomy": "other", "gastrectomy_status": "other", "crohn_large": "other",
    "crohn_large_or_unspecified": "other", "crohn_any": "other",
}  # fmt: skip


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept_of_a_malabsorption(concept):
    con = clinic()
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    shows(con, "clinical.declared_fact", f"patient_id | malabsorption\nann | {CONCEPTS[concept]}")


@pytest.mark.parametrize(
    "concept",
    [
        "atrophic_gastritis",
        "bowel_resection_status_nonspecific",
        "bariatric_band_reversal_or_removal",
        "glossitis",
    ],
)
def test_what_is_shown_only_is_no_malabsorption(concept):
    con = clinic()
    insert(
        con,
        "lake.condition",
        [{"patient_id": "ann", "concepts": concept, "onset_on": "2020-01-01"}],
    )
    shows(con, "clinical.declared_fact", "patient_id")


def test_the_first_malabsorption_that_applies_in_this_order():
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
    shows(con, "clinical.declared_fact", """
        patient_id | malabsorption      | malabsorption_on | resection_length
        ann        | pernicious_anaemia | 2014-01-01       | unknown
        bob        | bariatric          | 2013-01-01       | unknown
        cid        | ileal_resection    | 2012-01-01       | unknown
        dan        | crohn_ileal        | 2011-01-01       |
        eve        | other              | 2010-01-01       |
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
    shows(con, "clinical.declared_fact", """
        patient_id | malabsorption | absorption_lost
        ann        | bariatric     |
        cid        | bariatric     |
        dan        | bariatric     | yes
        eve        | bariatric     | yes
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
    shows(con, "clinical.declared_fact", """
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
    shows(con, "clinical.declared_fact", """
        patient_id | malabsorption      | malabsorption_on
        ann        | pernicious_anaemia | 2026-01-05
    """)  # fmt: skip


def test_diet():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                    | code       | onset_on   | abated_on
        ann        | vegan_diet                  | vegan      | 2020-01-01 |
        bob        | vegetarian_diet             | 765021002  | 2020-01-01 |
        cid        | diet                        | vegetarian | 2020-01-01 |
        dan        | strict_vegetarian           | strict_vegetarian | 2020-01-01 |
        eve        | vegan_diet                  | vegan      | 2020-01-01 | 2025-01-01
        fay        | vegetarian_diet             | 765021002  | 2020-01-01 |
        fay        | vegan_anaemia               | 234360003  | 2021-01-01 |
        gus        | NOT_EVIDENCE_diet_education | 183071001  | 2020-01-01 |
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | diet              | is_strictness_unknown | diet_on
        ann        | strict_vegetarian | no                    | 2020-01-01
        bob        | strict_vegetarian | yes                   | 2020-01-01
        cid        | strict_vegetarian | yes                   | 2020-01-01
        dan        | strict_vegetarian | no                    | 2020-01-01
        fay        | strict_vegetarian | no                    | 2020-01-01
    """)  # fmt: skip


def test_pregnancy_counts_for_300_days():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts  | onset_on   | abated_on
        ann        | pregnancy | 2025-04-06 |
        bob        | pregnancy | 2025-04-05 |
        cid        | pregnancy | 2025-05-01 | 2025-12-01
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", "patient_id | pregnancy\nann | yes\ncid | yes")


def test_long_term_is_strictly_over_4_calendar_months():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on
        ann        | metformin | 2025-09-14 |
        bob        | metformin | 2025-09-15 |
        cid        | metformin | 2025-09-01 | 2026-01-01
        dan        | metformin | 2025-09-01 | 2026-01-02
        eve        | metformin | 2025-10-31 | 2026-02-28
        fay        | metformin | 2025-02-01 | 2027-02-28
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | metformin     | metformin_since
        ann        | long_term     | 2025-09-14
        bob        | shorter       | 2025-09-15
        cid        | shorter       | 2025-09-01
        dan        | long_term     | 2025-09-01
        eve        | shorter       | 2025-10-31
        fay        | long_term     | 2025-02-01
    """)  # fmt: skip


def test_four_months_end_with_the_month_where_the_day_does_not_exist():
    "31 October and 4 months is 28 February"
    for as_of, expected in (("2026-02-28", "shorter"), ("2026-03-01", "long_term")):
        con = clinic(as_of)
        insert(
            con, "lake.medication", "patient_id | concepts | start_on\nann | metformin | 2025-10-31"
        )
        shows(con, "clinical.declared_fact", f"patient_id | metformin\nann | {expected}")


def test_an_era_must_reach_into_the_last_12_months():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on     | status
        ann        | metformin | 2020-01-01 | 2025-01-15 | ended
        bob        | metformin | 2020-01-01 | 2025-01-14 | ended
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", "patient_id | metformin\nann | long_term")


def test_acid_suppressants_are_long_term_as_one_combined_era():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts                       | start_on   | end_on     | status
        ann        | ppi                            | 2025-01-14 |            | active
        bob        | ppi                            | 2025-01-15 |            | active
        cid        | ppi                            | 2024-12-01 | 2025-06-30 | ended
        cid        | h2_blocker                     | 2025-07-15 |            | active
        dan        | ppi                            | 2024-12-01 | 2025-06-30 | ended
        dan        | h2_blocker                     | 2025-08-15 |            | active
        eve        | p_cab                          | 2024-12-01 |            | active
        fay        | ppi_hpylori_pack_short_course  | 2024-12-01 |            | active
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | acid_suppressant | acid_suppressant_since
        ann        | long_term        | 2025-01-14
        bob        | shorter          | 2025-01-15
        cid        | long_term        | 2024-12-01
        dan        | shorter          | 2024-12-01
        eve        | long_term        | 2024-12-01
    """)  # fmt: skip


def test_active_means_that_an_era_covers_the_as_of_date():
    con = clinic("2026-01-15")
    insert(con, "lake.medication", """
        patient_id | concepts     | start_on   | end_on     | status | matched_by
        ann        | folic_acid   | 2025-12-01 | 2026-01-15 | ended  | code
        bob        | folic_acid   | 2025-12-01 | 2026-01-14 | ended  | code
        cid        | folate_other | 2025-12-01 |            | active | name
        cid        | methotrexate | 2025-12-01 |            | active | code
        dan        | multivitamin | 2025-12-01 |            | active | code
    """)  # fmt: skip
    shows(con, "clinical.declared_fact", """
        patient_id | folic_acid | folic_acid_since
        ann        | active     | 2025-12-01
        cid        | active     | 2025-12-01
    """)  # fmt: skip

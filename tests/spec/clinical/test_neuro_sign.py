"Neurological signs that count. Protocol §3."

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
    shows(con, "clinical.neuro_sign", """
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
    shows(con, "clinical.neuro_sign", "patient_id | neuro\nann | definite")


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
    shows(con, "clinical.neuro_sign", """
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
    shows(con, "clinical.neuro_sign", "patient_id | neuro\nbob | headache")


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
    shows(con, "clinical.neuro_sign", """
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
        "clinical.neuro_sign",
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
    shows(con, "clinical.neuro_sign", """
        patient_id | neuro         | neuro_on   | last_sign_on | is_diabetic | is_nonspecific | is_headache_old
        ann        | nonspecific   | 2010-01-01 |              | no          | yes            | no
        cid        | headache_old  | 2015-01-01 |              | no          | no             | yes
        eve        | headache_old  | 2015-01-01 |              | no          | no             | yes
        fay        | diabetic_only | 2017-01-01 |              | yes         | yes            | yes
        gus        | nonspecific   | 2016-01-01 |              | no          | yes            | yes
        ida        | headache      | 2026-01-01 | 2026-01-01   | no          | no             | yes
    """)  # fmt: skip

"Coded conditions and procedures that count, up to the as-of date."

from tests.clinic import clinic, insert, shows


def test_what_counts_and_what_does_not():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts                     | onset_on   | abated_on  | status
        ann        |              | neuro_ataxia_gait            | 2026-01-31 |            | counted
        bob        |              | neuro_ataxia_gait            | 2026-02-01 |            | counted
        cid        |              | neuro_ataxia_gait            | 2025-01-01 |            | not_counted
        dan        | c1           | neuro_ataxia_gait            | 2025-01-01 |            | counted
        dan        | c1           | neuro_ataxia_gait            |            |            | retracted
        eve        | c1           | neuro_ataxia_gait            | 2025-01-01 |            | counted
        eve        | c2           | neuro_ataxia_gait            |            |            | retracted
        fay        |              | neuro_ataxia_gait            | 2025-01-01 | 2026-01-31 | counted
        gus        |              | neuro_ataxia_gait            | 2025-01-01 | 2026-02-01 | counted
        hal        |              | neuro_ataxia_gait            | 2025-01-01 |            | abated
        ida        | c1           | neuro_ataxia_gait            | 2025-01-01 |            | counted
        ida        | c1           | neuro_ataxia_gait            | 2025-01-01 | 2025-06-01 | abated
    """)  # fmt: skip
    shows(con, "clinical.finding", """
        patient_id | fact  | means    | began_on   | is_abated
        ann        | neuro | definite | 2026-01-31 | no
        eve        | neuro | definite | 2025-01-01 | no
        fay        | neuro | definite | 2025-01-01 | yes
        gus        | neuro | definite | 2025-01-01 | no
        hal        | neuro | definite | 2025-01-01 | yes
        ida        | neuro | definite | 2025-01-01 | yes
        ida        | neuro | definite | 2025-01-01 | yes
    """)  # fmt: skip


def test_one_row_a_concept_of_conditions_and_procedures_alike():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | b12_deficiency_anaemia¦pernicious_anaemia | 2025-01-01",
    )
    insert(con, "lake.procedure", """
        patient_id | procedure_id | concepts            | performed_on | status
        ann        |              | bariatric_procedure | 2025-01-01   | counted
        bob        |              | bariatric_procedure | 2025-01-01   | not_counted
        cid        | p1           | bariatric_procedure | 2025-01-01   | counted
        cid        | p1           | bariatric_procedure |              | retracted
    """)  # fmt: skip
    shows(con, "clinical.finding", """
        patient_id | entity    | concept                | fact              | means
        ann        | condition | b12_deficiency_anaemia | deficiency_before | yes
        ann        | condition | pernicious_anaemia     | malabsorption     | pernicious_anaemia
        ann        | procedure | bariatric_procedure    | malabsorption     | bariatric
    """)  # fmt: skip


def test_traps_are_named_and_never_a_fact():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | diet_hint_NOT_VEGAN_SPECIFIC | 2025-01-01",
    )
    shows(con, "clinical.finding", "patient_id | fact | means\nann | trap | trap")


def test_of_the_versions_of_one_id_that_say_when_they_were_recorded_the_last_is_read():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts          | onset_on   | abated_on  | status      | recorded_at
        revived    | c1           | neuro_ataxia_gait | 2025-01-01 | 2025-06-01 | abated      | 2025-06-01
        revived    | c1           | neuro_ataxia_gait | 2025-01-01 |            | counted     | 2025-09-01
        confirmed  | c1           | neuro_ataxia_gait | 2025-01-01 |            | not_counted | 2025-06-01
        confirmed  | c1           | neuro_ataxia_gait | 2025-01-01 |            | counted     | 2025-09-01
        refuted    | c1           | neuro_ataxia_gait | 2025-01-01 |            | counted     | 2025-06-01
        refuted    | c1           | neuro_ataxia_gait | 2025-01-01 |            | refuted     | 2025-09-01
        provis     | c1           | neuro_ataxia_gait | 2025-01-01 |            | not_counted |
        provis     | c1           | neuro_ataxia_gait | 2025-01-01 |            | counted     |
        ruled_out  | c1           | neuro_ataxia_gait | 2025-01-01 |            | counted     |
        ruled_out  | c1           | neuro_ataxia_gait | 2025-01-01 |            | refuted     |
        undated    | c1           | neuro_ataxia_gait | 2025-01-01 |            | counted     | 2025-06-01
        undated    | c1           | neuro_ataxia_gait |            |            | retracted   |
    """)  # fmt: skip
    shows(con, "clinical.finding", """
        patient_id | is_abated
        revived    | no
        confirmed  | no
        provis     | no
    """)  # fmt: skip


def test_a_record_that_its_source_deleted_counts_for_no_patient():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts          | onset_on   | status    | source
        ann        | c1           | neuro_ataxia_gait | 2025-01-01 | counted   | ehr
        bob        | c2           | neuro_ataxia_gait | 2025-01-01 | counted   | ehr
        cid        | c1           | neuro_ataxia_gait | 2025-01-01 | counted   | lab
                   | c1           |                   |            | retracted | ehr
    """)  # fmt: skip
    shows(con, "clinical.finding", "patient_id | source\nbob | ehr\ncid | lab")


def test_an_id_names_a_record_of_one_code_and_a_retraction_without_a_code_is_of_all():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts           | onset_on   | status    | recorded_at
        stay       | s1           | pernicious_anaemia | 2025-01-01 | counted   | 2025-01-02
        stay       | s1           | neuro_ataxia_gait  | 2025-01-01 | counted   | 2025-01-03
        stay       | s1           | vegan_diet         | 2025-01-01 | retracted | 2025-01-04
        all        | s2           | pernicious_anaemia | 2025-01-01 | counted   |
        all        | s2           | neuro_ataxia_gait  | 2025-01-01 | counted   |
        all        | s2           |                    |            | retracted |
        again      | s3           | neuro_ataxia_gait  | 2025-01-01 | counted   | 2025-01-03
        again      | s3           |                    |            | retracted | 2025-01-02
        at_once    | s4           | neuro_ataxia_gait  | 2025-01-01 | counted   | 2025-01-02
        at_once    | s4           |                    |            | retracted | 2025-01-02
    """)  # fmt: skip
    shows(con, "clinical.finding", """
        patient_id | concept
        stay       | pernicious_anaemia
        stay       | neuro_ataxia_gait
        again      | neuro_ataxia_gait
    """)  # fmt: skip


def test_a_record_of_an_unknown_status_is_a_sign_but_not_a_diagnosis_that_starts_a_treatment():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts           | onset_on   | status
        ann        | neuro_ataxia_gait  | 2025-01-01 | unknown
        ann        | pernicious_anaemia | 2025-01-01 | unknown
        ann        | vegan_diet         | 2025-01-01 | unknown
    """)  # fmt: skip
    insert(con, "lake.procedure", """
        patient_id | concepts            | performed_on | status
        ann        | gastrectomy         | 2025-01-01   | unknown
        ann        | b12_injection_claim | 2025-01-01   | unknown
    """)  # fmt: skip
    shows(
        con, "clinical.finding", "patient_id | concept\nann | neuro_ataxia_gait\nann | vegan_diet"
    )


def test_an_end_before_the_beginning_does_not_count():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts          | onset_on   | onset_latest_on | abated_on
        ann        | neuro_ataxia_gait | 2025-06-01 |                 | 2025-05-31
        bob        | neuro_ataxia_gait | 2025-01-01 | 2025-12-31      | 2025-12-31
    """)  # fmt: skip
    shows(con, "clinical.finding", """
        patient_id | is_abated | is_end_before_start | began_on   | latest_on
        ann        | no        | yes                 | 2025-06-01 | 2025-06-01
        bob        | yes       | no                  | 2025-01-01 | 2025-12-31
    """)  # fmt: skip

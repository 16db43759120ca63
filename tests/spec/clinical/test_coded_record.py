"clinical.coded_record: conditions and procedures, each in the version that was recorded last"

from tests.clinic import clinic, insert, shows


def test_of_the_versions_that_say_when_they_were_recorded_the_last_and_those_that_do_not_say():
    con = clinic()
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts          | onset_on   | status    | recorded_at
        ann        | c1           | neuro_ataxia_gait | 2025-01-01 | abated    | 2025-06-01
        ann        | c1           | neuro_ataxia_gait | 2025-01-01 | counted   | 2025-09-01
        bob        | c1           | neuro_ataxia_gait | 2025-01-01 | counted   | 2025-06-01
        bob        | c1           | neuro_ataxia_gait |            | retracted |
        cid        |              | neuro_ataxia_gait | 2025-01-01 | counted   | 2025-06-01
        cid        |              | neuro_ataxia_gait | 2025-02-01 | counted   | 2025-09-01
    """)  # fmt: skip
    shows(con, "clinical.coded_record", """
        patient_id | id | status    | began_on
        ann        | c1 | counted   | 2025-01-01
        bob        | c1 | counted   | 2025-01-01
        bob        | c1 | retracted |
        cid        |    | counted   | 2025-01-01
        cid        |    | counted   | 2025-02-01
    """)  # fmt: skip


def test_conditions_and_procedures_alike_under_the_id_that_survives_merges():
    con = clinic()
    insert(con, "lake.patient", "patient_id | merged_into\nold | ann")
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nold | neuro_ataxia_gait | 2025-01-01",
    )
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\nann | gastrectomy | 2025-01-01",
    )
    shows(con, "clinical.coded_record", """
        patient_id | entity    | concepts          | began_on
        ann        | condition | neuro_ataxia_gait | 2025-01-01
        ann        | procedure | gastrectomy       | 2025-01-01
    """)  # fmt: skip


def test_an_end_on_the_day_of_the_beginning_counts_and_one_before_it_does_not():
    con = clinic()
    insert(con, "lake.condition", """
        patient_id | concepts          | onset_on   | abated_on
        same_day   | neuro_ataxia_gait | 2025-01-02 | 2025-01-02
        before     | neuro_ataxia_gait | 2025-01-02 | 2025-01-01
    """)  # fmt: skip
    shows(con, "clinical.coded_record", """
        patient_id | abated_on  | is_end_before_start
        same_day   | 2025-01-02 | no
        before     |            | yes
    """)  # fmt: skip

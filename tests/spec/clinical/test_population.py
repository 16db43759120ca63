"Every patient id in any accepted row, after merges, with what was ever loaded for it."

from tests.clinic import clinic, insert, shows


def test_every_entity_makes_a_patient_and_loaded_is_of_the_sources_that_delivered_it():
    con = clinic(loaded=None)
    insert(con, "lake.delivery", """
        source | entities
        lab    | lab_result
        gp     | medication
        gp     | condition
        home   | procedure
    """)  # fmt: skip
    insert(
        con,
        "lake.lab_result",
        "patient_id | source | analyte | value | collected_on\nann | lab | total_b12 | 165 | 2026-01-05",
    )
    insert(
        con,
        "lake.lab_result",
        "patient_id | source | analyte | value | collected_on\nbob | lab | mcv | 90 | 2026-01-05",
    )
    insert(
        con,
        "lake.medication",
        "patient_id | source | concepts | start_on\nbob | gp | metformin | 2026-01-05",
    )
    insert(
        con,
        "lake.condition",
        "patient_id | source | concepts | onset_on\ncid | gp | coeliac | 2026-01-05",
    )
    insert(
        con,
        "lake.procedure",
        "patient_id | source | concepts | performed_on\ndan | home | gastrectomy | 2026-01-05",
    )
    insert(con, "lake.patient", "patient_id | source | merged_into\nold | gp | ann")
    shows(con, "clinical.population", """
        patient_id | is_medication_loaded | is_condition_loaded
        ann        | yes                  | yes
        bob        | yes                  | yes
        cid        | yes                  | yes
        dan        | no                   | no
    """)  # fmt: skip


def test_without_the_merge_the_lab_alone_has_loaded_nothing_else():
    con = clinic(loaded="lab_result")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 165 | 2026-01-05",
    )
    shows(
        con,
        "clinical.population",
        "patient_id | is_medication_loaded | is_condition_loaded\nann | no | no",
    )

"What `b12 explain` shows beneath each fact: the rows as delivered, with file and line, counted or not."

from tests.clinic import build, clinic, holds, insert


def test_results_medications_findings_and_the_patient_row_stand_together():
    con = clinic()
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 178 | 2026-01-05",
    )
    insert(con, "lake.medication", "patient_id | concepts | start_on\nann | metformin | 2026-01-01")
    insert(con, "lake.condition", "patient_id | concepts | onset_on\nann | vegan_diet | 2026-01-01")
    build(con, "explaining.evidence")
    holds(con, "explaining.evidence", """
        fact      | on_day     | standing
        scope     |            | usable
        b12       | 2026-01-05 | usable
        metformin | 2026-01-01 | era
        metformin | 2026-01-01 | active
        diet      | 2026-01-01 | counted
    """)  # fmt: skip


def test_what_is_recognised_and_never_counted_says_so_and_moved_dates_show_the_delivered_one():
    con = clinic()
    insert(
        con,
        "lake.condition",
        """
        patient_id | code_system | code  | name             | concepts                                                | onset_on   | shifted_days | line
        ann        | ICD10CM     | Z71.3 | Dietary advice   | diet_hint_NOT_VEGAN_SPECIFIC                            | 2025-05-05 | 1            | 31
        ann        | ICD10CM     | G62.9 | Polyneuropathy   | neuro_peripheral_neuropathy                             | 2025-05-05 | 0            | 32
        ann        |             | G62.9 |                  | neuro_peripheral_neuropathy                             | 2025-05-06 | 0            | 33
    """,
    )
    con.execute("update lake.condition set code_system = null where line = 33")  # delivered without
    build(con, "explaining.evidence")
    holds(
        con,
        "explaining.evidence",
        """
        fact                      | on_day     | original_day | reported       | what                        | line
        recognised, not counted   | 2025-05-05 | 2025-05-04   | Dietary advice | ICD10CM Z71.3, names no diet | 31
        neuro                     | 2025-05-05 |              | Polyneuropathy | ICD10CM G62.9               | 32
        neuro                     | 2025-05-06 |              | Polyneuropathy, unspecified | G62.9          | 33
    """,
    )


def test_a_patient_row_says_merged_only_of_an_id_that_became_another():
    con = clinic()
    insert(
        con,
        "lake.patient",
        """
        patient_id | merged_into | birth_on   | line
        ann        | ann         | 1950-01-01 | 41
        old        | ann         | 1950-01-01 | 42
    """,
    )
    build(con, "explaining.evidence")
    holds(
        con,
        "explaining.evidence",
        """
        patient_id | fact  | reported                                 | line
        ann        | scope | born 1950-01-01                          | 41
        old        | scope | born 1950-01-01, merged into another id  | 42
    """,
    )

"What `b12 explain` shows beneath each fact: the rows as delivered, with file and line, counted or not."

from tests.clinic import build, clinic, holds, insert


def test_results_are_shown_as_printed_with_what_became_of_them():
    con = clinic()
    insert(
        con,
        "lake.lab_result",
        """
        patient_id | result_id | analyte     | value | value_reported | unit_reported | collected_on | reported_at         | status    | line
        ann        | r1        | total_b12   | 178   | 178            | pg/mL         | 2026-01-05   | 2026-01-05 10:00+00 | final     | 11
        ann        | r1        | total_b12   | 168   | 168            | pg/mL         | 2026-01-05   | 2026-01-06 10:00+00 | corrected | 12
        ann        | h1        | haemoglobin | 9     | 9              | g/dL          | 2026-01-05   |                     | final     | 13
    """,
    )
    build(con, "explaining.evidence")
    holds(
        con,
        "explaining.evidence",
        """
        patient_id | fact                 | on_day     | reported  | what        | standing   | file  | line | value
        ann        | b12                  | 2026-01-05 | 178 pg/mL | total_b12   | superseded | t.csv | 11   | 178
        ann        | b12                  | 2026-01-05 | 168 pg/mL | total_b12   | usable     | t.csv | 12   | 168
        ann        | shown, never decides | 2026-01-05 | 9 g/dL    | haemoglobin | final      | t.csv | 13   | 9
    """,
    )


def test_medications_are_shown_with_their_eras_and_a_multivitamin_without_strength_decides_nothing():
    con = clinic()
    insert(
        con,
        "lake.medication",
        """
        patient_id | concepts      | name           | start_on   | end_on     | status | route | strength_mg | line
        ann        | b12_mecobalamin | Mecobalamin  | 2026-01-01 | 2026-01-20 | ended  | oral  |             | 21
        ann        | multivitamin  | Multivitamins  | 2026-01-01 | 2026-01-20 | ended  | oral  |             | 22
    """,
    )
    build(con, "explaining.evidence")
    holds(
        con,
        "explaining.evidence",
        """
        fact                 | on_day     | reported         | what                  | standing | line | until_on
        b12_therapy          | 2026-01-01 | until 2026-01-20 | era of 1 record       | era      |      | 2026-01-20
        b12_therapy          | 2026-01-01 | Mecobalamin      | until 2026-01-20      | ended    | 21   | 2026-01-20
        shown, never decides | 2026-01-01 | Multivitamins    | until 2026-01-20      | ended    | 22   | 2026-01-20
    """,
    )


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
        recognised, never counted | 2025-05-05 | 2025-05-04   | Dietary advice | ICD10CM Z71.3, names no diet | 31
        neuro                     | 2025-05-05 |              | Polyneuropathy | ICD10CM G62.9               | 32
        neuro                     | 2025-05-06 |              | G62.9          | G62.9                       | 33
    """,
    )


def test_a_finding_that_was_taken_back_counts_nowhere():
    con = clinic()
    insert(con, "lake.condition", """
        patient_id | condition_id | code_system | code  | name           | concepts                    | onset_on   | status    | line
        ann        | c1           | ICD10CM     | G62.9 | Polyneuropathy | neuro_peripheral_neuropathy | 2025-05-05 | counted   | 31
        ann        | c1           | ICD10CM     | G62.9 | Polyneuropathy | neuro_peripheral_neuropathy | 2025-05-05 | retracted | 32
        ann        | c2           | ICD10CM     | G62.9 | Polyneuropathy | neuro_peripheral_neuropathy | 2025-06-06 | counted   | 33
    """)  # fmt: skip
    build(con, "explaining.evidence")
    holds(con, "explaining.evidence", """
        fact  | on_day     | standing  | line
        neuro | 2025-05-05 | retracted | 31
        neuro | 2025-05-05 | retracted | 32
        neuro | 2025-06-06 | counted   | 33
    """)  # fmt: skip


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

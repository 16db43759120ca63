"Lab results as `b12 explain` shows them: as printed, with what became of each."

from tests.clinic import build, clinic, holds, insert
from tests.local_bands import local_clinic


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
    build(con, "explaining.lab_evidence")
    holds(
        con,
        "explaining.lab_evidence",
        """
        patient_id | fact                 | on_day     | reported  | what        | standing   | file  | line | value
        ann        | b12                  | 2026-01-05 | 178 pg/mL | total_b12   | superseded | t.csv | 11   | 178
        ann        | b12                  | 2026-01-05 | 168 pg/mL | total_b12   | usable     | t.csv | 12   | 168
        ann        | shown, not used      | 2026-01-05 | 9 g/dL    | haemoglobin | final      | t.csv | 13   | 9
    """,
    )


def test_of_what_does_not_decide_each_patient_has_the_last_three_of_each_analyte():
    con = clinic()
    insert(con, "lake.patient", "patient_id | merged_into\nold | ann")
    insert(con, "lake.lab_result", """
        patient_id | analyte     | value | collected_on | line
        ann        | haemoglobin | 9     | 2026-01-05   | 1
        old        | haemoglobin | 9     | 2026-01-04   | 2
        ann        | haemoglobin | 9     | 2026-01-03   | 3
        old        | haemoglobin | 9     | 2026-01-02   | 4
        bob        | haemoglobin | 9     | 2025-01-01   | 5
    """)  # fmt: skip
    build(con, "explaining.lab_evidence")
    holds(con, "explaining.lab_evidence", """
        surviving_id | patient_id | line
        ann          | ann        | 1
        ann          | old        | 2
        ann          | ann        | 3
        bob          | bob        | 5
    """)  # fmt: skip


def test_a_result_names_the_local_rows_that_judged_it():
    con = local_clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | performing_lab | method | collected_on | status | line
        ann        |           | total_b12 | 190   | East lab       |        | 2026-01-05   | final  | 1
        ann        | r1        | total_b12 | 190   | North          | ECLIA  | 2026-01-06   | final  | 2
        ann        |           | total_b12 | 190   | North          | CLIA   | 2026-01-07   | final  | 3
        ann        | r2        | total_b12 | 190   | North          | ECLIA  | 2026-01-08   | held   | 4
        ann        |           | folate    | 5     | East lab       |        | 2026-01-05   | final  | 5
    """)  # fmt: skip
    build(con, "explaining.lab_evidence")
    holds(con, "explaining.lab_evidence", """
        line | judged_by
        1    | b12@east, neuro_300@east
        2    | b12@north-2025
        3    |
        4    |
        5    |
    """)  # fmt: skip

"bucket.listed_patient: who is on the worklist, and which result decides the row"

from tests.clinic import insert, shows
from tests.gates import gated


def test_who_is_listed_and_how_old_and_of_which_sex():
    "A sex that is not known names none, and what a merged id says counts where the surviving one says nothing"
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on | sex     | merged_into | recorded_at
        ann        | 1950-05-17 |                 | female  |             | 2026-01-01
        ann        | 1950-05-17 |                 | unknown |             | 2026-01-02
        bob        | 1960-01-01 | 1960-12-31      | unknown |             | 2026-01-01
        old        |            |                 | male    | bob         | 2026-01-01
        cid        | 1940-01-01 |                 | male    |             | 2026-01-01
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 110   | 2026-01-10
        bob        | total_b12 | 120   | 2026-01-10
        cid        | total_b12 | 800   | 2026-01-10
        dan        | total_b12 | 130   | 2026-01-10
    """)  # fmt: skip
    shows(con, "bucket.listed_patient", """
        patient_id | born_on    | born_latest_on | sex
        ann        | 1950-05-17 | 1950-05-17     | female
        bob        | 1960-01-01 | 1960-12-31     | male
        dan        |            |                |
    """)  # fmt: skip


def test_the_result_that_decides_is_shown_with_its_range_whatever_it_is():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte      | value | collected_on | reference_low | reference_high
        ann        | total_b12    | 110   | 2026-01-10   | 197           | 771
        ann        | mma          | 900   | 2026-01-10   | 73            | 271
        bob        | active_b12   | 18    | 2026-01-10   | 25            |
        cid        | total_b12    | 400   | 2026-01-10   | 197           | 771
        cid        | mma          | 1900  | 2026-01-09   |               | 271
        dan        | total_b12    | 400   | 2020-01-10   |               |
        eve        | total_b12    | 500   | 2025-01-10   |               |
        eve        | homocysteine | 15    | 2026-01-10   |               | 10
        gus        | total_b12    | 400   | 2026-01-10   |               |
        gus        | active_b12   | 18    | 2026-01-10   |               |
        hal        | folate       | 5     | 2026-01-10   |               |
        ida        | mma          | 180   | 2020-01-10   |               |
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts   | onset_on
        dan        | vegan_diet | 2019-01-01
        hal        | vegan_diet | 2019-01-01
        ida        | vegan_diet | 2019-01-01
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts             | start_on   | route | name
        eve        | b12_hydroxocobalamin | 2025-12-20 | im    | hydroxocobalamin injection
    """)  # fmt: skip
    shows(con, "bucket.listed_patient", """
        patient_id | deciding_test | deciding_value | deciding_reported | deciding_on | reference_low | reference_high
        ann        | total_b12     | 110            | 110 pg/mL         | 2026-01-10  | 197           | 771
        bob        | active_b12    | 18             | 18 pmol/L         | 2026-01-10  | 25            |
        cid        | mma           | 1900           | 1900 nmol/L       | 2026-01-09  |               | 271
        dan        | total_b12     | 400            | 400 pg/mL         | 2020-01-10  |               |
        eve        | homocysteine  | 15             | 15 umol/L         | 2026-01-10  |               | 10
        gus        | active_b12    | 18             | 18 pmol/L         | 2026-01-10  |               |
        hal        |               |                |                   |             |               |
        ida        | mma           | 180            | 180 nmol/L        | 2020-01-10  |               |
    """)  # fmt: skip


def test_the_kidney_function_decides_where_the_alert_is_about_it():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | egfr      | 38    | 2025-06-10
        ann        | egfr      | 41    | 2026-01-10
        ann        | total_b12 | 500   | 2026-01-10
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | end_on     | route
        ann        | b12_cyanocobalamin | 2026-01-01 | 2026-02-20 | oral
    """)  # fmt: skip
    shows(con, "bucket.listed_patient", """
        patient_id | deciding_test | deciding_reported        | deciding_on
        ann        | egfr          | 41 mL/min/{1.73_m2}      | 2026-01-10
    """)  # fmt: skip

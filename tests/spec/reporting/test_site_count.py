"reporting.site_count: the patients of each site, its worklist, how long it waits, who was tested"

from tests.clinic import insert, shows
from tests.gates import gated


def test_each_site_with_its_patients_and_its_worklist():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | site
        ann        | 1950-01-01 | Hill
        bob        | 1950-01-01 | Hill
        cid        | 1950-01-01 | Dale
        dan        | 2020-01-01 | Dale
        eve        | 1950-01-01 |
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2026-01-21
        bob        | total_b12 | 150   | 2026-01-01
        cid        | total_b12 | 500   | 2024-06-01
        eve        | total_b12 | 250   | 2026-01-30
    """)  # fmt: skip
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | headache_tierB_primary | 2026-01-01",
    )
    shows(con, "reporting.site_count", """
        site           | patients | in_scope | worklist | priority_1 | priority_2 | priority_3 | priority_4 | low_b12 | median_waiting_days | tested_recently
        Hill           | 2        | 2        | 2        | 1          | 1          | 0          | 0          | 2       | 20                  | 2
        Dale           | 2        | 1        | 0        | 0          | 0          | 0          | 0          | 0       |                     | 0
        (not recorded) | 1        | 1        | 1        | 0          | 0          | 0          | 1          | 0       | 1                   | 1
    """)  # fmt: skip


def test_a_patient_without_a_patient_row_has_no_site():
    con = gated()
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-21",
    )
    shows(con, "reporting.site_count", """
        site           | patients | in_scope | worklist | low_b12
        (not recorded) | 1        | 0        | 1        | 1
    """)  # fmt: skip

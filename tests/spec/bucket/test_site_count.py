"bucket.site_count: the patients of each site, and those on the worklist"

from tests.clinic import insert, shows
from tests.gates import gated


def test_a_merged_patient_counts_once_at_the_site_of_the_surviving_id():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | site | merged_into | recorded_at
        ann        | 1950-01-01 | Hill |             | 2026-01-01
        old        | 1950-01-01 | Dale | ann         | 2026-01-02
        kid        | 2020-01-01 | Dale |             | 2026-01-01
    """)  # fmt: skip
    insert(con, "lake.lab_result", [{"patient_id": "old", "analyte": "total_b12", "value": "150", "collected_on": "2026-01-01"}])  # fmt: skip
    shows(con, "bucket.site_count", """
        site | patients | in_scope | worklist | priority_2 | low_b12 | tested_recently
        Hill | 1        | 1        | 1        | 1          | 1       | 1
        Dale | 1        | 0        | 0        | 0          | 0       | 0
    """)  # fmt: skip

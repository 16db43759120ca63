"bucket.doubtful_identity: of how many patients of each site it is in doubt whose a record is"

from tests.clinic import insert, shows
from tests.gates import gated


def test_a_patient_counts_once_for_all_sites_and_at_each_site_that_a_row_names():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | site | source
        ann        | 1950-01-01 | Hill | ehr
        ann        | 1960-01-01 | Dale | ehr
        bob        | 1950-01-01 |      | ehr
    """)  # fmt: skip
    insert(con, "lake.lab_result", [{"patient_id": "cid", "analyte": "total_b12", "value": "400", "collected_on": "2026-01-01"}])  # fmt: skip
    shows(con, "bucket.doubtful_identity", """
        kind              | is_total | source | site | patients
        any               | yes      |        |      | 3
        any               | no       | ehr    | Hill | 1
        any               | no       | ehr    | Dale | 1
        any               | no       | ehr    |      | 1
        with_patient_row  | yes      |        |      | 2
        with_patient_row  | no       | ehr    | Hill | 1
        with_patient_row  | no       | ehr    | Dale | 1
        with_patient_row  | no       | ehr    |      | 1
        identity_conflict | yes      |        |      | 1
        identity_conflict | no       | ehr    | Hill | 1
        identity_conflict | no       | ehr    | Dale | 1
    """)  # fmt: skip

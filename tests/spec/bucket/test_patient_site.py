"bucket.patient_site: where patients belong, and who opted out"

from tests.clinic import insert, shows
from tests.gates import gated


def test_a_merged_id_belongs_where_its_patient_does_and_opts_out_with_them():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | site | is_opted_out | merged_into | recorded_at
        ann        | Hill | yes          |             | 2026-01-01
        old        | Dale |              | ann         | 2026-01-02
        bob        |      |              |             | 2026-01-01
    """)  # fmt: skip
    insert(con, "lake.lab_result", [{"patient_id": "cid", "analyte": "total_b12", "value": "400", "collected_on": "2026-01-01"}])  # fmt: skip
    shows(con, "bucket.patient_site", """
        patient_id | site | is_opted_out | merged_into
        ann        | Hill | yes          |
        bob        |      | no           |
        cid        |      |              |
        old        | Hill | yes          | ann
    """)  # fmt: skip

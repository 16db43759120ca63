"bucket.patients_gone: whom the run published last assessed, and no row names any more"

from tests.clinic import insert, shows
from tests.gates import gated


def test_who_was_merged_is_not_gone():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | merged_into | recorded_at
        ann        |             | 2026-01-01
        old        | ann         | 2026-01-01
    """)  # fmt: skip
    con.execute("insert into lake.published_patient values ('ann'), ('old'), ('gone')")
    shows(con, "bucket.patients_gone", "patients_before | patients_gone\n3 | 1")

"bucket.site_waiting: how long the worklist of each site has waited"

from tests.clinic import insert, shows
from tests.gates import gated


def test_patients_of_a_site_who_wait_as_long_are_counted_together():
    con = gated()
    insert(con, "lake.patient", [
        {"patient_id": one, "birth_on": "1950-01-01", "site": site}
        for one, site in (("ann", "Hill"), ("bob", "Hill"), ("cid", "Hill"), ("dan", None), ("eve", "Hill"))
    ])  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2026-01-21
        bob        | total_b12 | 150   | 2026-01-21
        cid        | total_b12 | 150   | 2026-01-30
        dan        | total_b12 | 150   | 2026-01-21
        eve        | total_b12 | 500   | 2026-01-21
    """)  # fmt: skip
    shows(con, "bucket.site_waiting", """
        site           | days | patients
        Hill           | 10   | 2
        Hill           | 1    | 1
        (not recorded) | 10   | 1
    """)  # fmt: skip

"bucket.testing: who of each risk group was tested"

from tests.clinic import insert, shows
from tests.gates import gated


def test_everyone_in_scope_counts_and_children_do_not():
    con = gated()
    insert(con, "lake.patient", [
        {"patient_id": one, "birth_on": born, "site": "Hill"}
        for one, born in (("ann", "1950-01-01"), ("bob", "1950-01-01"), ("cid", "1950-01-01"), ("kid", "2020-01-01"))
    ])  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 500   | 2026-01-21
        bob        | total_b12 | 500   | 2015-01-21
        kid        | total_b12 | 500   | 2026-01-21
    """)  # fmt: skip
    shows(con, "bucket.testing", """
        risk_group | site | patients | tested_recently | tested_ever
        (everyone) | Hill | 3        | 1               | 2
    """)  # fmt: skip

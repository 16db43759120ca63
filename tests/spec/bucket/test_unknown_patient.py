"bucket.unknown_patient: rows about patients of whom no patient row was delivered"

from tests.clinic import insert, shows
from tests.gates import account, gated, published


def test_a_row_without_a_patient_belongs_to_no_bucket():
    con = gated()
    account(con, """
        sha256 | file | entity     | accepted | received_at
        p      | p    | patient    | 1        | 2026-01-10
        old    | old  | lab_result | 2        | 2026-01-09
        new    | new  | lab_result | 4        | 2026-01-11
    """)  # fmt: skip
    published(con, "p", "old")
    insert(con, "lake.patient", [{"patient_id": "ann", "sha256": "p"}])
    insert(con, "lake.lab_result", """
        sha256 | file | patient_id | status    | result_id
        old    | old  | ann        | final     |
        old    | old  | bob        | final     |
        new    | new  | ann        | final     |
        new    | new  | cid        | final     |
        new    | new  | cid        | final     |
        new    | new  |            | retracted | r1
    """)  # fmt: skip
    shows(con, "bucket.unknown_patient", """
        source    | entity     | sha256 | is_new | rows | rows_unknown | patients_unknown
        canonical | lab_result | old    | no     | 2    | 1            | 0
        canonical | lab_result | new    | yes    | 3    | 2            | 1
    """)  # fmt: skip

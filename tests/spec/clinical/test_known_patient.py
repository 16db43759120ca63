"clinical.known_patient: who has a patient row, and since when"

from tests.clinic import insert, shows
from tests.gates import account, gated


def test_the_first_receipt_counts_of_any_source():
    con = gated()
    account(con, """
        source    | sha256 | file | entity  | accepted | received_at
        canonical | b      | b    | patient | 1        | 2026-01-12
        hl7v2     | a      | a    | patient | 1        | 2026-01-10
    """)  # fmt: skip
    insert(con, "lake.patient", """
        source    | sha256 | patient_id
        canonical | b      | ann
        hl7v2     | a      | ann
        canonical | b      | bob
    """)  # fmt: skip
    shows(con, "clinical.known_patient", """
        patient_id | known_at
        ann        | 2026-01-10
        bob        | 2026-01-12
    """)  # fmt: skip


def test_merged_ids_share_their_rows():
    con = gated()
    account(
        con, "sha256 | file | entity | accepted | received_at\na | a | patient | 2 | 2026-01-10"
    )
    insert(con, "lake.patient", """
        sha256 | patient_id | merged_into
        a      | former     | ann
    """)  # fmt: skip
    shows(con, "clinical.known_patient", """
        patient_id | known_at
        ann        | 2026-01-10
        former     | 2026-01-10
    """)  # fmt: skip


def test_a_row_without_a_delivery_has_no_instant():
    con = gated()
    insert(con, "lake.patient", [{"patient_id": "ann"}])
    shows(con, "clinical.known_patient", "patient_id | known_at\nann |")

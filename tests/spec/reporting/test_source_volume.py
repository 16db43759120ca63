"reporting.source_volume: what each source delivered, by kind of file and day"

from tests.clinic import insert, shows
from tests.gates import account, gated


def test_accounts_of_a_day_are_added_up():
    con = gated()
    account(con, """
        sha256 | file  | entity     | received_at            | accepted | duplicates | rejected                   | skipped
        a      | a.csv | lab_result | 2026-01-30 01:00:00+00 | 60       | 5          | missing_unit 2, bad_date 1 | comment 7
        b      | b.csv | lab_result | 2026-01-30 23:00:00+00 | 40       | 0          |                            |
        c      | c.csv | lab_result | 2026-01-31 01:00:00+00 | 1        | 0          |                            |
        d      | d.csv | patient    | 2026-01-30 02:00:00+00 | 9        | 0          |                            |
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        sha256 | patient_id | analyte   | value | collected_on | status
        a      | ann        | total_b12 | 200   | 2026-01-20   | final
        b      | ann        | total_b12 | 200   | 2026-01-28   | final
        b      | ann        | total_b12 |       | 2027-01-28   | retracted
    """)  # fmt: skip
    shows(con, "reporting.source_volume", """
        source    | entity     | received_on | files | files_refused | rows | accepted | rejected | duplicates | skipped | newest_on
        canonical | lab_result | 2026-01-30  | 2     | 0             | 115  | 100      | 3        | 5          | 7       | 2026-01-28
        canonical | lab_result | 2026-01-31  | 1     | 0             | 1    | 1        | 0        | 0          | 0       |
        canonical | patient    | 2026-01-30  | 1     | 0             | 9    | 9        | 0        | 0          | 0       |
    """)  # fmt: skip


def test_a_refused_file_is_counted_and_has_no_rows():
    con = gated()
    insert(con, "lake.delivery", """
        sha256 | file  | entity     | rows | refused   | received_at
        a      | a.csv | lab_result | 7    | no header | 2026-01-30 01:00:00+00
    """)  # fmt: skip
    shows(con, "reporting.source_volume", """
        entity     | files | files_refused | rows | accepted | rejected
        lab_result | 0     | 1             | 0    | 0        | 0
    """)  # fmt: skip


def test_ninety_days_up_to_the_last_receipt():
    con = gated()
    account(con, """
        sha256 | file  | entity    | received_at            | accepted
        a      | a.csv | procedure | 2025-11-02 12:00:00+00 | 1
        b      | b.csv | procedure | 2025-11-03 12:00:00+00 | 1
        c      | c.csv | procedure | 2026-01-31 12:00:00+00 | 1
    """)  # fmt: skip
    insert(
        con,
        "lake.procedure",
        "sha256 | patient_id | concepts | performed_on\nc | ann | gastrectomy | 2026-01-09",
    )
    shows(con, "reporting.source_volume", """
        received_on | newest_on
        2025-11-03  |
        2026-01-31  | 2026-01-09
    """)  # fmt: skip


def test_the_newest_day_of_medications_and_conditions():
    con = gated()
    account(con, """
        sha256 | file  | entity   | accepted
        a      | a.ndj | resource | 2
    """)  # fmt: skip
    insert(
        con,
        "lake.medication",
        "sha256 | patient_id | concepts | start_on\na | ann | metformin | 2026-01-09",
    )
    insert(
        con,
        "lake.condition",
        "sha256 | patient_id | concepts | onset_on\na | ann | ckd | 2026-01-11",
    )
    shows(con, "reporting.source_volume", """
        entity   | newest_on
        resource | 2026-01-11
    """)  # fmt: skip

"clinical.last_statement: what each source said last of death, opting out and deletion. Protocol §1, Who."

from tests.clinic import clinic, insert, shows


def test_of_one_source_the_last_statement_counts_and_a_row_that_leaves_it_out_changes_nothing():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id  | is_deceased | deceased_on | is_opted_out | recorded_at | source
        in_error    | yes         | 2026-01-01  |              | 2026-01-02 | ehr
        in_error    | no          |             |              | 2026-01-05 | ehr
        dead        | no          |             |              | 2026-01-02 | ehr
        dead        | yes         | 2026-01-04  |              | 2026-01-05 | ehr
        same_time   | no          |             | no           | 2026-01-05 | ehr
        same_time   | yes         | 2026-01-04  | yes          | 2026-01-05 | ehr
        silent      | yes         | 2026-01-04  | yes          | 2026-01-02 | ehr
        silent      |             |             |              | 2026-01-05 | ehr
        back_in     |             |             | yes          | 2026-01-02 | ehr
        back_in     |             |             | no           | 2026-01-05 | ehr
    """)  # fmt: skip
    shows(con, "clinical.last_statement", """
        patient_id | subject    | is_so | deceased_on
        in_error   | death      | no    |
        dead       | death      | yes   | 2026-01-04
        same_time  | death      | yes   | 2026-01-04
        same_time  | opting_out | yes   |
        silent     | death      | yes   | 2026-01-04
        silent     | opting_out | yes   |
        back_in    | opting_out | no    |
    """)  # fmt: skip


def test_each_source_and_each_delivered_id_has_its_own():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | is_deceased | is_deleted | recorded_at | source   | merged_into
        ann        | no          | no         | 2026-01-05  | ehr      |
        ann        | yes         |            | 2026-01-02  | registry |
        old        | no          | yes        | 2026-01-01  | ehr      | ann
    """)  # fmt: skip
    shows(con, "clinical.last_statement", """
        patient_id | delivered_id | source   | subject  | is_so
        ann        | ann          | ehr      | death    | no
        ann        | ann          | registry | death    | yes
        ann        | old          | ehr      | death    | no
        ann        | ann          | ehr      | deletion | no
        ann        | old          | ehr      | deletion | yes
    """)  # fmt: skip


def test_of_two_deaths_said_at_one_time_the_earlier_counts():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | deceased_on | is_deceased | recorded_at
        ann        | 2026-01-04  | yes         | 2026-01-05
        ann        | 2026-01-03  | yes         | 2026-01-05
        ann        |             | yes         | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.last_statement", "patient_id | deceased_on\nann | 2026-01-03")

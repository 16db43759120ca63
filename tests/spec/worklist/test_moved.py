"Where the patients of items belong, and who opted out, when the run says otherwise."

from tests.clinic import clinic, insert, shows


def followed():
    "A clinic with the tables of the store and of the run, both empty"
    con = clinic()
    con.execute("create schema worklist")
    for table in ("item", "patient_site"):
        columns = "patient_id varchar, site varchar, is_opted_out boolean, merged_into varchar"
        con.execute(f"create table worklist.{table} ({columns})")
    return con


def test_only_what_changed_moves():
    con = followed()
    insert(con, "worklist.item", """
        patient_id | site  | is_opted_out
        same       | North | no
        none       |       | no
        moved      | North | no
        leaving    | North | no
        out        | North | no
        back       |       | yes
        gone       | North | no
    """)  # fmt: skip
    insert(con, "worklist.patient_site", """
        patient_id | site  | is_opted_out
        same       | North | no
        none       |       |
        moved      | South | no
        leaving    |       | no
        out        | North | yes
        back       |       | no
        no_item    | North | no
        survivor   | South | no
    """)  # fmt: skip
    insert(con, "lake.patient", """
        patient_id | merged_into
        survivor   |
        old        | survivor
    """)  # fmt: skip
    shows(con, "worklist.moved", """
        patient_id | site  | is_opted_out
        back       |       | no
        leaving    |       | no
        moved      | South | no
        out        | North | yes
        survivor   | South | no
    """)  # fmt: skip


def test_an_id_that_is_merged_goes_where_its_patient_is_and_alone_again_where_it_is_not():
    con = followed()
    insert(con, "worklist.item", """
        patient_id | site  | is_opted_out | merged_into
        fresh      | North | no           |
        farther    | South | no           | between
        apart      | South | no           | ann
        there      | South | no           | ann
    """)  # fmt: skip
    insert(con, "worklist.patient_site", """
        patient_id | site  | is_opted_out | merged_into
        fresh      | South | yes          | ann
        farther    | South | no           | ann
        apart      | South | no           |
        there      | South | no           | ann
    """)  # fmt: skip
    shows(con, "worklist.moved", """
        patient_id | site  | is_opted_out | merged_into
        apart      | South | no           |
        farther    | South | no           | ann
        fresh      | South | yes          | ann
    """)  # fmt: skip

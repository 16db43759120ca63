"Where the patients of items belong, and who opted out, when the run says otherwise."

from tests.clinic import clinic, insert, shows


def test_only_what_changed_moves():
    con = clinic()
    con.execute("create schema worklist")
    for table in ("item", "patient_site"):
        columns = "patient_id varchar, site varchar, is_opted_out boolean"
        con.execute(f"create table worklist.{table} ({columns})")
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

"worklist.candidate: patients for whom the night may say anything but kept"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.nights import items, night, tonight


def candidates(con, text):
    build(con, "clinical.merged_patient")
    con.execute("drop view worklist.candidate")
    for name in ("moved", "candidate"):
        create(con, f"worklist.{name}")
    holds(con, "worklist.candidate", text)


def test_of_those_on_the_worklist_who_is_new_other_moved_back_or_due():
    con = night("2026-02-01", done_recheck_days=90)
    items(con, """
        patient_id | status   | site  | reason | snoozed_until | status_on
        same       | ordered  | North | a      |               |
        other      | ordered  | North | a      |               |
        moved      | ordered  | North | a      |               |
        back       | resolved | North | a      |               |
        seen       | off_list | North |        |               |
        asleep     | snoozed  | North | a      | 2026-02-02    |
        awake      | snoozed  | North | a      | 2026-02-01    |
        done       | done     | North | a      |               | 2025-11-04
        long_done  | done     | North | a      |               | 2025-11-03
        unhashed   | ordered  | North | a      |               |
    """)  # fmt: skip
    con.execute("update worklist.item set content_hash = null where patient_id = 'unhashed'")
    tonight(con, """
        patient_id | site  | reason
        new        | North | a
        same       | North | a
        other      | North | b
        moved      | South | a
        back       | North | a
        seen       | North | a
        asleep     | North | a
        awake      | North | a
        done       | North | a
        long_done  | North | a
        unhashed   | North | a
    """)  # fmt: skip
    candidates(con, """
        patient_id | is_listed
        new        | yes
        other      | yes
        moved      | yes
        back       | yes
        seen       | yes
        awake      | yes
        long_done  | yes
        unhashed   | yes
    """)  # fmt: skip


def test_of_the_others_who_is_gone_merged_or_merged_no_more():
    con = night()
    insert(con, "lake.patient", """
        patient_id  | merged_into
        joins       | ann
        joins_late  | ann
        joined      | ann
    """)  # fmt: skip
    items(con, """
        patient_id  | status
        gone        | ordered
        gone_before | resolved
        taken_back  | withdrawn
        left        | excluded
        seen        | off_list
        joins       | ordered
        joins_late  | resolved
        joined      | merged
        apart       | merged
    """)  # fmt: skip
    candidates(con, """
        patient_id | is_listed
        gone       | no
        joins      | no
        joins_late | no
        apart      | no
    """)  # fmt: skip

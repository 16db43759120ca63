"worklist.compared: each item beside the row of the run just published"

from pipeline.engine.relations import create
from tests.clinic import holds
from tests.nights import items, night, tonight


def test_who_was_listed_and_who_is():
    con = night()
    items(con, """
        patient_id | status   | priority
        ann        | ordered  | 4
        ben        | resolved | 4
        cyn        | off_list |
    """)  # fmt: skip
    tonight(con, """
        patient_id | priority
        ann        | 2
        cyn        | 3
        dan        | 1
    """)  # fmt: skip
    create(con, "worklist.compared")
    holds(con, "worklist.compared", """
        patient_id | status   | is_listed | is_first | is_closed | priority_before | priority_now
        ann        | ordered  | yes       | no       | no        | 4               | 2
        ben        | resolved | no        | no       | yes       | 4               |
        cyn        | off_list | yes       | yes      | no        |                 | 3
        dan        |          | yes       | yes      | no        |                 | 1
    """)  # fmt: skip


def test_what_is_shown_and_reads_otherwise_is_worded_anew():
    con = night()
    items(con, """
        patient_id | status | site
        ann        | open   | North
        ben        | open   | North
    """)  # fmt: skip
    tonight(con, """
        patient_id | site
        ann        | North
        ben        | South
    """)  # fmt: skip
    create(con, "worklist.compared")
    holds(con, "worklist.compared", """
        patient_id | is_worded_anew
        ann        | no
        ben        | yes
    """)  # fmt: skip

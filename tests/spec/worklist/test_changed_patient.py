"worklist.changed_patient: whose results tell why an item changed"

from pipeline.engine import create
from tests.clinic import holds
from tests.nights import items, night, tonight


def test_other_facts_or_gone_from_the_list_with_the_ids_merged_into_theirs():
    con = night()
    items(con, """
        patient_id | status | facts
        ann        | open   | B12 low
        ben        | open   |
        cyn        | open   |
    """)  # fmt: skip
    con.execute("insert into worklist.item (id, patient_id, status) values (9, 'dan', 'open')")
    tonight(con, "patient_id | facts\nann | B12 borderline\nben | ")
    con.execute("""
        create table clinical.merged_patient as from (values
            ('ann-2', 'ann'), ('ben-2', 'ben'), ('cyn-2', 'cyn')
        ) as row(patient_id, surviving_id)
    """)
    create(con, "worklist.changed_patient")
    holds(con, "worklist.changed_patient", "patient_id\nann\nann-2\ncyn\ncyn-2")

"worklist.changed_patient: whose results tell why an item changed"

from pipeline.engine import create
from tests.clinic import holds, insert
from tests.nights import items, night, tonight

RETRACTED = """
    patient_id | analyte   | status    | collected_on
    ann-2      | total_b12 | retracted | 2026-01-10
    ben-2      | total_b12 | retracted | 2026-01-10
    cyn        | total_b12 | withdrawn | 2026-01-10
    dan        | total_b12 | final     | 2026-01-10
    fay        | total_b12 | retracted | 2026-01-10
"""


def changed(results):
    con = night()
    items(con, """
        patient_id | status | facts
        ann        | open   | B12 low
        ben        | open   |
        cyn        | open   |
        dan        | open   |
        fay        | open   |
    """)  # fmt: skip
    con.execute(
        "insert into worklist.item_content (id, patient_id, status) values (9, 'eva', 'open')"
    )
    tonight(con, "patient_id | facts\nann | B12 borderline\nben | \nfay | ")
    con.execute("""
        create table clinical.merged_patient as from (values
            ('ann-2', 'ann'), ('ben-2', 'ben'), ('cyn-2', 'cyn'), ('dan-2', 'dan')
        ) as row(patient_id, surviving_id)
    """)
    insert(con, "lake.lab_result", results)
    create(con, "worklist.changed_patient")
    return con


def test_other_facts_or_gone_from_the_list_with_the_ids_merged_into_theirs():
    "… of persons from whom a result was taken back"
    con = changed(RETRACTED)
    holds(con, "worklist.changed_patient", "patient_id\nann\nann-2\ncyn\ncyn-2")


def test_a_deletion_that_does_not_say_whose_it_was_may_be_of_anybody():
    con = changed("""
        patient_id | result_id | status    | collected_on
                   | r1        | withdrawn | 2026-01-10
    """)
    holds(con, "worklist.changed_patient", "patient_id\nann\nann-2\ncyn\ncyn-2\ndan\ndan-2")

"worklist.withdrawn: items whose deciding result its source took back"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.nights import items, night


def test_the_deciding_result_is_found_by_its_day_and_its_text():
    con = night()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | status    | reported_at
        ann        | r1        | total_b12 | 110   | 2026-01-10   | final     | 2026-01-10
        ann        | r1        | total_b12 | 110   | 2026-01-10   | retracted | 2026-01-12
        ben        | r2        | total_b12 | 120   | 2026-01-10   | final     | 2026-01-10
        cyn        | r3        | mma       | 400   | 2026-01-11   | final     | 2026-01-11
        cyn        | r3        | mma       | 400   | 2026-01-11   | retracted | 2026-01-12
        dan        | r4        | total_b12 | 130   | 2025-12-01   | retracted | 2026-01-12
    """)  # fmt: skip
    items(con, """
        patient_id | status | b12_on     | b12_reported | mma_on     | mma_reported
        ann        | open   | 2026-01-10 | 110 pg/mL    |            |
        ben        | open   | 2026-01-10 | 120 pg/mL    |            |
        cyn        | open   | 2026-01-11 | 300 pg/mL    | 2026-01-11 | 400 nmol/L
        dan        | open   | 2026-01-10 | 130 pg/mL    |            |
    """)  # fmt: skip
    build(con, "clinical.result_version")
    create(con, "worklist.withdrawn")
    holds(con, "worklist.withdrawn", """
        patient_id | results
        ann        | total_b12 of 2026-01-10
        cyn        | mma of 2026-01-11
    """)  # fmt: skip


def test_a_result_sent_again_under_another_id_still_stands():
    con = night()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | status    | reported_at
        ann        | r1        | total_b12 | 110   | 2026-01-10   | final     | 2026-01-10
        ann        | r1        | total_b12 | 110   | 2026-01-10   | retracted | 2026-01-12
        ann        | r2        | total_b12 | 110   | 2026-01-10   | final     | 2026-01-12
    """)  # fmt: skip
    items(con, """
        patient_id | status | b12_on     | b12_reported
        ann        | open   | 2026-01-10 | 110 pg/mL
    """)  # fmt: skip
    build(con, "clinical.result_version")
    create(con, "worklist.withdrawn")
    holds(con, "worklist.withdrawn", "patient_id | results")

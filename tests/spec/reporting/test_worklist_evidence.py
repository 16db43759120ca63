"reporting.worklist_evidence: every patient on the worklist has evidence"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.gates import gated


def test_a_low_result_is_evidence_and_its_day_is_missed():
    con = gated()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 110   | 2026-01-01
        bob        | total_b12 | 120   | 2026-01-02
    """)  # fmt: skip
    build(con, "reporting.worklist_evidence")
    holds(con, "reporting.worklist_evidence", """
        patients | patients_without_evidence
        2        | 0
    """)  # fmt: skip
    con.execute(
        "update screening.worklist set waiting_since = null, b12_on = null, deficiency_before = 'no' where patient_id = 'bob'"
    )
    create(con, "reporting.worklist_evidence")
    holds(con, "reporting.worklist_evidence", """
        patients | patients_without_evidence
        2        | 1
    """)  # fmt: skip

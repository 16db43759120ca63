"reporting.assessment_count: no patient is lost between the population and the assessment"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.gates import gated


def test_everybody_is_assessed_and_a_missing_one_is_counted():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on
        ann        | 1960-01-01
        bob        | 2015-01-01
    """)  # fmt: skip
    build(con, "reporting.assessment_count")
    holds(con, "reporting.assessment_count", """
        patients | assessed | missing
        2        | 2        | 0
    """)  # fmt: skip
    con.execute("delete from screening.assessment where patient_id = 'bob'")
    create(con, "reporting.assessment_count")
    holds(con, "reporting.assessment_count", """
        patients | assessed | missing
        2        | 1        | 1
    """)  # fmt: skip

"reporting.fact_answer: the answers in use, against the protocol's lists"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.gates import gated


def patient():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on
        ann        | 1960-01-01
    """)  # fmt: skip
    return build(con, "reporting.fact_answer")


def test_the_answers_of_a_patient_are_allowed():
    holds(patient(), "reporting.fact_answer", """
        fact      | answer     | combinations | is_allowed
        scope     | in_scope   | 1            | yes
        b12       | never      | 1            | yes
        metformin | not_loaded | 1            | yes
    """, where="fact in ('scope', 'b12', 'metformin')")  # fmt: skip


def test_a_strange_answer_and_a_missing_one_are_not():
    con = patient()
    con.execute("update bucket.combination set b12 = 'normal', mma = null")
    create(con, "reporting.fact_answer")
    holds(con, "reporting.fact_answer", """
        fact | answer | is_allowed
        b12  | normal | no
        mma  | (none) | no
    """, where="not is_allowed")  # fmt: skip

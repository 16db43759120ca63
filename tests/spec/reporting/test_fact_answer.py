"reporting.fact_answer: the answers in use, against the protocol's lists"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.gates import gated

STRANGE = (
    "update bucket.combination set answers = list_filter(list_transform(answers, lambda each: case each.fact when 'b12' then"
    " struct_pack(fact := 'b12', answer := 'normal') else each end), lambda each: each.fact <> 'mma')"
)


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
    con.execute(STRANGE)
    create(con, "reporting.fact_answer")
    holds(con, "reporting.fact_answer", """
        fact | answer | is_allowed
        b12  | normal | no
        mma  | (none) | no
    """, where="not is_allowed")  # fmt: skip

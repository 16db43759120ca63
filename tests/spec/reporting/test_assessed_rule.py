"reporting.assessed_rule: the rules that decided, against the protocol"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert
from tests.gates import gated


def test_rules_of_the_protocol_are_known_and_no_others():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | is_opted_out
        ann        | 1960-01-01 | true
        bob        | 2015-01-01 |
        cem        | 2015-01-01 |
    """)  # fmt: skip
    build(con, "reporting.assessed_rule")
    holds(con, "reporting.assessed_rule", """
        rule | next_step | patients | is_known
        N01  | EXCLUDED  | 1        | yes
        N04  | NO_ACTION | 2        | yes
    """)  # fmt: skip
    con.execute(
        "update screening.assessment set next_step = 'TREAT_IM_NEURO' where patient_id = 'bob'"
    )
    con.execute("update screening.assessment set rule = null where patient_id = 'cem'")
    create(con, "reporting.assessed_rule")
    holds(con, "reporting.assessed_rule", """
        rule   | next_step      | patients | is_known
        N01    | EXCLUDED       | 1        | yes
        N04    | TREAT_IM_NEURO | 1        | no
        (none) | NO_ACTION      | 1        | no
    """)  # fmt: skip

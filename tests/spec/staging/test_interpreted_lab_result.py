"staging.interpreted_lab_result: what is wrong with a value, and what a test in words found. Protocol §1."

from tests.clinic import clinic, holds, landed


def test_findings_within_texts_and_against_the_laboratorys_limit():
    con = landed(clinic(), "lab_result", """
        patient_id | code    | value                  | reference_high | abnormal_flag
        ann        | 31444-3 | weak positive          |                |
        ann        | 31444-3 | 5.2 Positive           |                |
        ann        | 31444-3 | Antibody not detected  |                |
        ann        | 31444-3 | Negative (0.4)         |                | H
        ann        | 31444-3 | positive, was negative |                |
        ann        | 31444-3 | none detected          |                |
        ann        | 31444-3 | non-reactive           |                |
        ann        | 31444-3 | 5.2                    | 4              |
        ann        | 31444-3 | 4                      | 4              |
        ann        | 31444-3 | 3.9                    | 4              |
        ann        | 31444-3 | <2                     | 4              |
        ann        | 31444-3 | <20                    | 4              |
        ann        | 31444-3 | >4                     | 4              |
        ann        | 31444-3 | >1                     | 4              |
        ann        | 31444-3 | 3.9                    | four           |
        ann        | 31444-3 | 3.9                    |                | A
        ann        | 31444-3 | equivocal              |                |
    """)  # fmt: skip
    holds(con, "staging.interpreted_lab_result", """
        value                  | reference_high | abnormal_flag | stated_finding
        weak positive          |                |               | positive
        5.2 Positive           |                |               | positive
        Antibody not detected  |                |               | negative
        Negative (0.4)         |                | H             | negative
        positive, was negative |                |               | indeterminate
        none detected          |                |               | negative
        non-reactive           |                |               | negative
        5.2                    | 4              |               | positive
        4                      | 4              |               | negative
        3.9                    | 4              |               | negative
        <2                     | 4              |               | negative
        <20                    | 4              |               | indeterminate
        >4                     | 4              |               | positive
        >1                     | 4              |               | indeterminate
        3.9                    | four           |               | indeterminate
        3.9                    |                | A             | positive
        equivocal              |                |               | indeterminate
    """)  # fmt: skip


def test_an_abnormal_flag_makes_a_qualitative_number_positive_and_overrules_no_word():
    con = landed(clinic(), "lab_result", """
        patient_id | code    | value    | abnormal_flag
        ann        | 31444-3 | 45       | A
        ann        | 31444-3 | 45       | H
        ann        | 31444-3 | 45       | POS
        ann        | 31444-3 | 45       | N
        ann        | 31444-3 | 45       |
        ann        | 31444-3 | negative | A
    """)  # fmt: skip
    holds(con, "staging.interpreted_lab_result", """
        value    | abnormal_flag | stated_finding | value_fault
        45       | A             | positive       |
        45       | H             | positive       |
        45       | POS           | positive       |
        45       | N             | indeterminate  |
        45       |               | indeterminate  |
        negative | A             | negative       |
    """)  # fmt: skip


def test_one_fault_a_value_and_the_specimen_before_all():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | unit  | value   | specimen | status
        ann        | 2132-9 | pg/mL | 165     | Serum    |
        ann        | 2132-9 | ng/dL | pending | Urine    |
        ann        | 2132-9 | pg/mL |         |          |
        ann        | 2132-9 | pg/mL |         |          | P
        ann        | 2132-9 |       | 150-200 |          |
        ann        | 2132-9 |       | 3       |          |
        ann        | 2132-9 | ng/dL | 3       |          |
        ann        | 2132-9 | U/L   | 3       |          |
        ann        | 2132-9 | pg/mL | 3       |          |
    """)  # fmt: skip
    holds(con, "staging.interpreted_lab_result", """
        unit  | value   | status | value_fault
        pg/mL | 165     |        |
        ng/dL | pending |        | wrong_specimen
        pg/mL |         |        | empty_value
        pg/mL |         | P      |
              | 150-200 |        | range_or_ratio
              | 3       |        | missing_unit
        ng/dL | 3       |        | wrong_scale_unit
        U/L   | 3       |        | unknown_unit
        pg/mL | 3       |        | implausible_value
    """)  # fmt: skip


def test_only_a_correction_or_cancellation_with_an_id_withdraws():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | unit  | result_id | value | status
        ann        | 2132-9 | pg/mL | r1        | QNS   | C
        ann        | 2132-9 | pg/mL | r1        | 165   | C
        ann        | 2132-9 | pg/mL | r1        | 165   | X
        ann        | 2132-9 | pg/mL |           | QNS   | C
        ann        | 2132-9 | pg/mL | r1        | QNS   | F
    """)  # fmt: skip
    holds(con, "staging.interpreted_lab_result", """
        result_id | value | status | is_withdrawal
        r1        | QNS   | C      | yes
        r1        | 165   | C      | no
        r1        | 165   | X      | yes
                  | QNS   | C      | no
        r1        | QNS   | F      | no
    """)  # fmt: skip

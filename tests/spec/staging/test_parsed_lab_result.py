"staging.parsed_lab_result: a value taken apart, and the unit that counts. Protocol §1, Value, unit and flag in one cell."

from tests.clinic import clinic, holds, landed


def test_what_stands_behind_a_number_is_a_known_unit_or_not():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | value           | collected_at
        ann        | 2132-9 | 165             | 2026-01-05
        ann        | 2132-9 | <150 L          | 2026-01-05
        ann        | 2132-9 | 165 PG/ML       | 2026-01-05
        ann        | 2132-9 | 165 furlong     | 2026-01-05
        ann        | 2132-9 | &lt;150 pmol/L* | 2026-01-05
    """)  # fmt: skip
    holds(con, "staging.parsed_lab_result", """
        value           | word          | cell_unit | is_cell_known | effective_unit
        165             |               |           | yes           |
        <150 L          | <150 l        | ""        | yes           |
        165 PG/ML       | 165 pg/ml     | PG/ML     | yes           | pg/mL
        165 furlong     | 165 furlong   | furlong   | no            |
        &lt;150 pmol/L* | <150 pmol/l*  | pmol/L    | yes           | pmol/L
    """)  # fmt: skip


def test_the_unit_of_the_column_before_the_printed_one_before_that_of_the_cell():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | unit    | unit_printed | value
        ann        | 2132-9 | pg/mL   | pmol/L       | 165 ng/L
        ann        | 2132-9 |         | pmol/L       | 165 ng/L
        ann        | 2132-9 |         | furlong      | 165 ng/L
        ann        | 2132-9 |         |              | 165 ng/L
        ann        | 2132-9 | furlong |              | 165 ng/L
    """)  # fmt: skip
    holds(con, "staging.parsed_lab_result", """
        unit    | unit_printed | effective_unit
        pg/mL   | pmol/L       | pg/mL
                | pmol/L       | pmol/L
                | furlong      |
                |              | ng/L
        furlong |              |
    """)  # fmt: skip

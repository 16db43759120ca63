"staging.measured_lab_result: a value taken apart and converted exactly, its days read"

from tests.clinic import clinic, holds, landed


def test_comparators_in_signs_and_words_and_values_without_a_number():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | unit   | value             | collected_at
        ann        | 2132-9 | pg/mL  | 165               | 2026-01-05
        ann        | 2132-9 | pmol/L | 150               | 2026-01-05
        ann        | 2132-9 | pg/mL  | GREATER THAN 2000 | 2026-01-05
        ann        | 2132-9 | pg/mL  | ≤ 150             | 2026-01-05
        ann        | 2132-9 | pg/mL  | pending           | 2026-01-05
        ann        | 2132-9 | ng/dL  | 165               | 05.01.2026
    """)  # fmt: skip
    holds(con, "staging.measured_lab_result", """
        value             | found_comparator | number | exact_value | is_word | verdict          | collected_on
        165               | =                | 165    | 165         | no      | accepted         | 2026-01-05
        150               | =                | 150    | 203.3055    | no      | accepted         | 2026-01-05
        GREATER THAN 2000 | >                | 2000   | 2000        | no      | accepted         | 2026-01-05
        ≤ 150             | <=               | 150    | 150         | no      | accepted         | 2026-01-05
        pending           | =                |        |             | yes     | accepted         | 2026-01-05
        165               | =                | 165    |             | no      | wrong_scale_unit |
    """)  # fmt: skip


def test_the_laboratorys_range_is_converted_with_the_value():
    con = landed(clinic(), "lab_result", """
        patient_id | code    | unit   | value | reference_low | reference_high
        ann        | 13964-2 | umol/L | 0.3   | 0.05          | 0.4
        ann        | 2132-9  | pmol/L | 165   | 140           | 600
        ann        | 718-7   | g/dL   | 13    | 12            | 16
    """)  # fmt: skip
    holds(con, "staging.measured_lab_result", """
        analyte     | exact_value | converted_low | converted_high
        mma         | 300         | 50            | 400
        total_b12   | 223.63605   | 189.7518      | 813.222
        haemoglobin | 13          |               |
    """)  # fmt: skip

"staging.coded_lab_result: what a lab result's code, unit, specimen and status mean"

from tests.clinic import clinic, holds, landed


def test_each_delivered_word_with_its_meaning():
    con = landed(clinic(), "lab_result", """
        patient_id | code   | unit   | value | status    | specimen
        ann        | 2132-9 | PG/ML  | 165   | F         | Serum
        ann        | 2132-9 | pmol/L | 1,5   | corrected | Urine
        ann        | xyz    | U/L    | <150  | nonsense  | nonsense
        ann        | 2132-9 |        |       |           |
    """)  # fmt: skip
    holds(con, "staging.coded_lab_result", """
        code   | analyte   | code_basis | spelled_unit | is_without_unit | status_meaning | specimen_kind   | plain_number
        2132-9 | total_b12 | mass       | pg/mL        | no              | final          | serum_or_plasma | 165
        2132-9 | total_b12 | mass       | pmol/L       | no              | corrected      | other           |
        xyz    |           |            |              | no              | unknown        | other           |
        2132-9 | total_b12 | mass       |              | yes             | final          |                 |
    """)  # fmt: skip

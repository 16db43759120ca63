"clinical.result_flag: which results raised which flags. Protocol §1."

from tests.clinic import clinic, insert, shows
from tests.local_bands import local_clinic


def test_censored_conflicting_and_disagreeing_results_and_the_laboratorys_range():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | comparator | value | is_unit_code_disagree | reference_high | collected_on
        ann        | mma       | =          | 300   | no                    |                | 2026-01-04
        ann        | mma       | <          | 400   | no                    |                | 2026-01-05
        bob        | mma       | <          | 400   | no                    |                | 2026-01-05
        cid        | total_b12 | =          | 150   | no                    |                | 2026-01-05
        cid        | total_b12 | =          | 250   | no                    |                | 2026-01-05
        dan        | total_b12 | =          | 150   | yes                   |                | 2026-01-05
        eve        | mma       | =          | 300   | no                    | 400            | 2026-01-05
        fay        | total_b12 | <          | 400   | no                    |                | 2026-01-05
        gus        | mma       | <          | 400   | no                    |                | 2026-01-04
        gus        | mma       | =          | 300   | no                    |                | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.result_flag", """
        patient_id | flag                 | on_day     | reported
        ann        | CENSORED_ACROSS_EDGE | 2026-01-05 | <400 nmol/L
        bob        | CENSORED_ACROSS_EDGE | 2026-01-05 | <400 nmol/L
        cid        | CONFLICTING_RESULTS  | 2026-01-05 | 150 pg/mL
        cid        | CONFLICTING_RESULTS  | 2026-01-05 | 250 pg/mL
        dan        | UNIT_CODE_DISAGREE   | 2026-01-05 | 150 pg/mL
        eve        | MMA_WITHIN_LAB_RANGE | 2026-01-05 | 300 nmol/L
    """)  # fmt: skip


def test_results_after_a_death_and_of_an_unknown_status():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", """
        patient_id | deceased_on | is_deceased
        fay        | 2025-12-01  |
        hal        |             | yes
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | status
        fay        | total_b12 | 150   | 2026-01-05   | final
        hal        | total_b12 | 150   | 2026-01-05   | final
        gus        | total_b12 | 150   | 2026-01-05   | unknown
    """)  # fmt: skip
    shows(con, "clinical.result_flag", """
        patient_id | flag
        fay        | RESULT_AFTER_DEATH
        gus        | STATUS_UNKNOWN
    """)  # fmt: skip


def test_of_each_id_with_two_values_both_rows_and_no_other_of_the_day():
    "Also of an older one: it may be the low value of before"
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | line
        ann        | r1        | total_b12 | 250   | 2026-01-04   | 1
        ann        | r1        | total_b12 | 350   | 2026-01-05   | 2
        ann        | r2        | total_b12 | 350   | 2026-01-05   | 3
        ann        | r3        | total_b12 | 150   | 2025-01-05   | 4
        ann        | r3        | total_b12 | 160   | 2025-01-05   | 5
    """)  # fmt: skip
    shows(con, "clinical.result_flag", """
        patient_id | flag                | line
        ann        | CONFLICTING_RESULTS | 1
        ann        | CONFLICTING_RESULTS | 2
        ann        | CONFLICTING_RESULTS | 4
        ann        | CONFLICTING_RESULTS | 5
    """)  # fmt: skip


def test_a_result_of_an_unknown_status_that_was_taken_back_or_replaced_is_not_held():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | status    | collected_on | reported_at
        ann        | r1        | total_b12 | 150   | unknown   | 2026-01-05   | 2026-01-05
        ann        | r1        | total_b12 |       | retracted | 2026-01-05   | 2026-01-06
        bob        | r1        | total_b12 | 150   | unknown   | 2026-01-05   | 2026-01-05
        bob        | r1        | total_b12 | 150   | final     | 2026-01-05   | 2026-01-06
        cid        | r1        | total_b12 | 150   | unknown   | 2026-01-05   | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.result_flag", "patient_id | flag\ncid | STATUS_UNKNOWN")


def test_the_general_row_for_a_laboratory_with_rows_for_other_days_alone():
    "Of the result that counts; not where a local row judges, nor for a laboratory that has none"
    con = local_clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | performing_lab | method | collected_on
        ann        | total_b12 | 150   | North          |        | 2025-07-01
        bob        | total_b12 | 150   | North          |        | 2025-06-30
        cid        | total_b12 | 150   | West           |        | 2025-07-01
        dan        | total_b12 | 150   | North          |        | 2025-07-01
        dan        | total_b12 | 150   | North          | ECLIA  | 2025-07-02
    """)  # fmt: skip
    shows(con, "clinical.result_flag", """
        patient_id | flag               | on_day     | reported
        ann        | BAND_OF_OTHER_DATE | 2025-07-01 | 150 pg/mL
    """)  # fmt: skip

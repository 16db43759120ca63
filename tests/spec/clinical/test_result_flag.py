"clinical.result_flag: flags that come with the results. Protocol §1."

from tests.clinic import clinic, insert, shows


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
        patient_id | flag
        ann        | CENSORED_ACROSS_EDGE
        bob        | CENSORED_ACROSS_EDGE
        cid        | CONFLICTING_RESULTS
        dan        | UNIT_CODE_DISAGREE
        eve        | MMA_WITHIN_LAB_RANGE
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

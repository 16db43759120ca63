"clinical.evidence_flag: the flags of results, records and identity together"

from tests.clinic import clinic, insert, shows


def test_a_flag_stands_once_whatever_raises_it():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.patient",
        "patient_id | birth_on | birth_latest_on\nann | 1960-01-01 | 1960-12-31",
    )
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | status
        ann        | total_b12 | 150   | 2026-01-05   | unknown
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts          | onset_on   | onset_latest_on | status
        ann        | neuro_ataxia_gait | 2025-01-01 | 2025-12-31      | unknown
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        ann        | DATE_PARTIAL
        ann        | STATUS_UNKNOWN
    """)  # fmt: skip


def test_rows_without_a_patient_raise_none():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | status
                   | metformin | 2015-06-01 | unknown
        ann        | metformin | 2015-06-01 | unknown
    """)  # fmt: skip
    shows(con, "clinical.record_flag", """
        patient_id | flag
        ann        | STATUS_UNKNOWN
    """)  # fmt: skip
    shows(con, "clinical.evidence_flag", """
        patient_id | flag
        ann        | STATUS_UNKNOWN
    """)  # fmt: skip

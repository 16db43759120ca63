"reporting.doubtful_identity: how many patients it is in doubt who they are, or which of two results is right"

from tests.clinic import clinic, insert, shows


def test_each_kind_is_counted_also_when_the_count_is_0():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | merged_into
        ann        | 1960-03-01 |
        ann        | 1961-03-01 |
        bob        | 1960-03-01 | cid
        cid        | 1960-03-01 | bob
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | result_id | value | collected_on
        dan        | total_b12 | r1        | 6     | 2026-01-05
        dan        | total_b12 | r1        | 650   | 2026-01-05
    """)  # fmt: skip
    shows(con, "reporting.doubtful_identity", """
        kind                | patients | share | share_contradicting
        identity_conflict   | 1        | 0.25  | 0
        merge_circle        | 2        | 0.5   | 0
        result_conflict     | 1        | 0.25  | 0
        without_patient_row | 1        | 0.25  |
    """)  # fmt: skip


def test_without_a_population_the_share_is_null():
    shows(clinic(), "reporting.doubtful_identity", """
        kind                | patients | share
        identity_conflict   | 0        |
        merge_circle        | 0        |
        result_conflict     | 0        |
        without_patient_row | 0        |
    """)  # fmt: skip


def test_a_site_that_mixes_its_patients_up_stands_out_among_many():
    con = clinic()
    insert(
        con,
        "lake.patient",
        "patient_id | birth_on   | site\n"
        + "\n".join(f"n{number} | 1960-03-01 | North" for number in range(97)),
    )
    insert(con, "lake.patient", """
        patient_id | birth_on   | site
        ann        | 1960-03-01 | South
        ann        | 1961-03-01 | South
        bob        | 1960-03-01 | South
        bob        | 1961-03-01 | South
        cid        | 1960-03-01 | South
        cid        | 1961-03-01 | South
    """)  # fmt: skip
    shows(con, "reporting.doubtful_identity", """
        kind              | patients | share | share_contradicting
        identity_conflict | 3        | 0.03  | 1
    """, where="kind = 'identity_conflict'")  # fmt: skip

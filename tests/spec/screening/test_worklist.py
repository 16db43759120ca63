"Patients with something to do: most urgent first, then waiting longest, unknown last, then by id."

from pipeline.engine import relations
from tests.clinic import build, clinic, insert, select


def test_the_order():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.patient",
        [
            {"patient_id": each, "birth_on": "1950-01-01"}
            for each in ("ann", "bob", "cid", "dan", "eve", "fay", "gus")
        ],
    )
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2026-01-05
        bob        | total_b12 | 150   | 2025-01-05
        cid        | total_b12 | 150   | 2025-01-05
        dan        | total_b12 | 150   | 2026-01-20
        eve        | total_b12 | 500   | 2026-01-20
        fay        | total_b12 | 250   | 2026-01-20
        gus        | total_b12 | 150   | 2020-01-20
    """)  # fmt: skip
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\ndan | headache_tierB_primary | 2026-01-01",
    )
    insert(con, "lake.patient", "patient_id | deceased_on\ngus | 2021-01-01")
    build(con)
    rows = con.execute("select patient_id, priority from screening.worklist").fetchall()
    assert rows == [("dan", 1), ("bob", 2), ("cid", 2), ("ann", 2), ("fay", 4)]
    assert list(select(con, "screening.worklist")[0]) == list(
        select(con, "screening.assessment")[0]
    )


def test_an_unknown_waiting_time_comes_last():
    con = clinic("2026-01-31")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nbob | total_b12 | 150 | 2026-01-05",
    )
    insert(
        con, "lake.condition", "patient_id | concepts | onset_on\nann | b12_deficiency | 2020-01-01"
    )
    build(con)
    con.execute("update screening.assessment set waiting_since = null where patient_id = 'ann'")
    relations.create(con, "screening.worklist")
    rows = con.execute(
        "select patient_id, priority, waiting_since from screening.worklist"
    ).fetchall()
    assert [(patient, priority) for patient, priority, _ in rows] == [("bob", 2), ("ann", 4)]
    assert rows[1][2] is None

"bucket.patient_count: that each patient has one row of facts"

from pipeline.engine.relations import create
from tests.clinic import build, holds, insert, shows
from tests.gates import gated


def two():
    con = gated()
    insert(con, "lake.patient", [{"patient_id": one, "birth_on": "1950-01-01"} for one in ("ann", "bob")])  # fmt: skip
    return con


def test_each_patient_has_one_row_of_facts():
    shows(two(), "bucket.patient_count", """
        patients | fact_rows | fact_patients | fact_rows_without_patient
        2        | 2         | 2             | 0
    """)  # fmt: skip


def test_a_repeated_row_and_one_without_a_patient_are_counted():
    con = build(two(), "clinical.patient_fact")
    con.execute("insert into clinical.patient_fact from clinical.patient_fact where patient_id = 'ann'")  # fmt: skip
    con.execute("insert into clinical.patient_fact (patient_id) values (null)")
    con.execute("create schema if not exists bucket")
    create(con, "bucket.patient_count")
    holds(con, "bucket.patient_count", """
        patients | fact_rows | fact_patients | fact_rows_without_patient
        2        | 4         | 2             | 1
    """)  # fmt: skip

"bucket.answer_count: what summary.json counts, by site"

from tests.clinic import insert, shows
from tests.gates import gated


def test_each_patient_counts_once_in_each_dimension_and_in_each_of_its_lists():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | site
        ann        | 1950-01-01 | Hill
        bob        | 1950-01-01 |
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2026-01-21
        bob        | total_b12 | 500   | 2026-01-21
    """)  # fmt: skip
    shows(con, "bucket.answer_count", """
        site | dimension     | name      | patients
        Hill | band          | low       | 1
        Hill | cohort        | low_b12   | 1
        Hill | priority      | 2         | 1
        Hill | total         | patients  | 1
        Hill | total         | worklist  | 1
        Hill | not_evaluated | metformin | 1
        ""   | band          | above     | 1
        ""   | priority      | 0         | 1
        ""   | total         | patients  | 1
        ""   | not_evaluated | metformin | 1
    """, where="""dimension in ('band', 'cohort', 'priority', 'total')
        or dimension = 'not_evaluated' and name = 'metformin'""")  # fmt: skip

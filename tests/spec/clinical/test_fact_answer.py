"The answer to each declared fact: that of the first line that a record fits. Own facts of packs are tried in tests/unit/protocol/test_declared.py."

from tests.clinic import clinic, insert, shows


def test_the_first_line_that_holds_gives_the_answer_since_its_earliest_record():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | concepts                         | name     | onset_on
        ann        | neuro_cognitive                  | memory   | 2010-01-01
        ann        | headache_tierB_primary           | headache | 2026-01-10
        ann        | headache_tierB_migraine_optional | migraine | 2026-01-05
        bob        | coeliac                          | coeliac  | 2020-01-01
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on
        bob        | metformin | 2025-12-01 |
    """)  # fmt: skip
    shows(con, "clinical.fact_answer", """
        patient_id | fact          | answer   | began_on   | recorded
        ann        | neuro         | headache | 2026-01-05 | migraine recorded 2026-01-05
        bob        | malabsorption | other    | 2020-01-01 | coeliac recorded 2020-01-01
        bob        | metformin     | shorter  | 2025-12-01 | metformin since 2025-12
    """)  # fmt: skip

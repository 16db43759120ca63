"What B12 was given from the sample of a latest result on. Protocol §2, treated_since."

from tests.clinic import clinic, insert, shows


def test_the_eras_after_the_sample_add_up_and_the_rest_of_one_under_way_counts():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 100   | 2020-01-31
        ann        | mma       | 400   | 2019-06-01
        bob        | total_b12 | 100   | 2020-01-31
        cid        | total_b12 | 100   | 2020-01-31
        dan        | folate    | 5     | 2020-01-31
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts        | start_on   | end_on     | status | route
        ann        | b12_mecobalamin | 2020-01-01 | 2020-02-10 | ended  | oral
        ann        | b12_mecobalamin | 2021-01-01 | 2021-01-21 | ended  | oral
        ann        | b12_mecobalamin | 2021-02-10 | 2021-03-01 | ended  | oral
        bob        | b12_mecobalamin | 2019-01-01 | 2019-10-03 | ended  | oral
        cid        | b12_mecobalamin | 2019-01-01 | 2019-10-02 | ended  | oral
        dan        | b12_mecobalamin | 2021-01-01 | 2021-01-21 | ended  | oral
        eve        | b12_mecobalamin | 2021-01-01 | 2021-01-21 | ended  | oral
    """)  # fmt: skip
    shows(con, "clinical.treated_result", """
        patient_id | analyte   | days_treated | is_on_treatment | is_treated_later
        ann        | total_b12 | 69           | yes             | yes
        ann        | mma       | 99           | no              | yes
        bob        | total_b12 | 0            | yes             | no
        cid        | total_b12 | 0            | no              | no
    """)  # fmt: skip

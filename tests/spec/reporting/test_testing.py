"reporting.testing: who of each risk group was tested, by site and in all"

from tests.clinic import insert, shows
from tests.gates import gated


def ward():
    con = gated()
    insert(con, "lake.patient", """
        patient_id | birth_on   | site
        ann        | 1950-01-01 | Hill
        bob        | 1950-01-01 | Hill
        cid        | 1950-01-01 | Dale
        dan        | 2020-01-01 | Dale
        eve        | 1950-01-01 |
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts  | start_on   | end_on
        ann        | metformin | 2025-01-01 | 2026-01-30
        bob        | metformin | 2025-01-01 | 2026-01-30
        cid        | metformin | 2025-01-01 | 2026-01-30
        dan        | metformin | 2025-01-01 | 2026-01-30
        ann        | ppi       | 2024-01-01 | 2026-01-30
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte    | value | collected_on
        ann        | total_b12  | 500   | 2025-02-01
        bob        | active_b12 | 90    | 2024-12-01
        dan        | total_b12  | 500   | 2025-12-01
    """)  # fmt: skip
    return con


def test_each_risk_group_by_site_and_in_all():
    shows(ward(), "reporting.testing", """
        risk_group                      | site        | is_total | patients | tested_recently         | tested_ever | share_recently         | share_ever
        metformin_long_term             | Hill        | no       | 2        | 1                       | 2           | 0.5                    | 1
        metformin_long_term             | Dale        | no       | 1        | 0                       | 0           | 0                      | 0
        metformin_long_term             | (all sites) | yes      | 3        | 1                       | 2           | 0.3333                 | 0.6667
        acid_suppressant_long_term      | Hill        | no       | 1        | 1                       | 1           | 1                      | 1
        acid_suppressant_long_term      | (all sites) | yes      | 1        | 1                       | 1           | 1                      | 1
    """, where="risk_group <> '(everyone)'")  # fmt: skip


def test_everyone_in_scope_stands_beside_them():
    "A child is not in scope"
    shows(ward(), "reporting.testing", """
        site           | is_total | patients | tested_recently         | tested_ever
        Hill           | no       | 2        | 1                       | 2
        Dale           | no       | 1        | 0                       | 0
        (not recorded) | no       | 1        | 0                       | 0
        (all sites)    | yes      | 4        | 1                       | 2
    """, where="risk_group = '(everyone)'")  # fmt: skip


def test_other_cohorts_are_not_risk_groups():
    con = gated()
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    insert(
        con,
        "lake.lab_result",
        "patient_id | analyte | value | collected_on\nann | total_b12 | 150 | 2026-01-21",
    )
    insert(
        con,
        "lake.condition",
        "patient_id | concepts | onset_on\nann | vegan_diet | 2020-01-01\nann | bariatric_status | 2020-01-01",
    )
    shows(con, "reporting.testing", """
        risk_group        | patients
        (everyone)        | 1
        strict_vegetarian | 1
        post_bariatric    | 1
    """, where="is_total")  # fmt: skip


def test_the_months_that_count_as_recently_stand_beside_the_counts():
    con = ward()
    con.execute("update protocol.setting set tested_months = 24")
    shows(con, "reporting.testing", """
        risk_group | tested_recently | tested_months
        (everyone) | 2               | 24
    """, where="is_total and risk_group = '(everyone)'")  # fmt: skip

"clinical.patient_evidence: the values and days on which the facts of a patient rest"

from tests.clinic import clinic, insert, shows


def test_values_in_the_canonical_unit_beside_what_the_laboratory_printed():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte    | comparator | value    | value_reported | unit_reported | collected_on | file    | line
        ann        | total_b12  | =          | 203.3055 | 150            | pmol/L        | 2026-01-05   | lab.csv | 7
        ann        | mma        | =          | 300      | 0.3            | umol/L        | 2026-01-06   | lab.csv | 8
        bob        | total_b12  | <          | 150      | <150           | pg/mL         | 2026-01-05   | lab.csv | 9
        cid        | active_b12 | =          | 20       | 20             | pmol/L        | 2026-01-07   | lab.csv | 10
    """)  # fmt: skip
    shows(con, "clinical.patient_evidence", """
        patient_id | b12_value | b12_reported | b12_on     | b12_source | mma_value | mma_reported | mma_on     | active_b12_on
        ann        | 203.3055  | 150 pmol/L   | 2026-01-05 | lab.csv:7  | 300       | 0.3 umol/L   | 2026-01-06 |
        bob        | 150       | <150 pg/mL   | 2026-01-05 | lab.csv:9  |           |              |            |
        cid        |           |              |            |            |           |              |            | 2026-01-07
    """)  # fmt: skip


def test_days_on_which_something_began_and_the_site():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on | site\nann | 1950-01-01 | Hill")
    insert(con, "lake.medication", """
        patient_id | concepts         | start_on   | status
        ann        | metformin        | 2025-03-01 | active
        ann        | b12_mecobalamin  | 2025-06-01 | active
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts           | onset_on
        ann        | neuro_ataxia_gait  | 2025-09-01
        ann        | pernicious_anaemia | 2025-01-01
        ann        | vegan_diet         | 2024-01-01
    """)  # fmt: skip
    shows(con, "clinical.patient_evidence", """
        patient_id | neuro_on   | malabsorption_on | metformin_since | diet_on    | therapy_start_on | site
        ann        | 2025-09-01 | 2025-01-01       | 2025-03-01      | 2024-01-01 | 2025-06-01       | Hill
    """)  # fmt: skip

"The delivered rows on which each fact rests. Protocol §4, Reasons in full."

from tests.clinic import clinic, insert, shows


def test_results_signs_and_diagnoses():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte      | comparator | value | collected_on | file | line
        ann        | total_b12    | =          | 410   | 2026-01-05   | l    | 1
        ann        | total_b12    | =          | 170   | 2026-01-05   | l    | 2
        ann        | total_b12    | =          | 150   | 2025-01-05   | l    | 3
        ann        | homocysteine | =          | 15    | 2026-01-01   | l    | 4
        ann        | homocysteine | <          | 12    | 2026-01-10   | l    | 5
        ann        | egfr         | =          | 40    | 2026-01-10   | l    | 6
        bob        | egfr         | =          | 90    | 2026-01-10   | l    | 7
    """)  # fmt: skip
    insert(con, "lake.condition", """
        patient_id | concepts                    | onset_on   | abated_on  | file | line
        ann        | pernicious_anaemia          | 2020-01-01 | 2021-01-01 | c    | 1
        ann        | crohn_ileal                 | 2021-01-01 |            | c    | 2
        ann        | neuro_peripheral_neuropathy | 2021-01-01 |            | c    | 3
        ann        | headache_tierB_primary      | 2026-01-01 |            | c    | 4
    """)  # fmt: skip
    shows(con, "explaining.fact_row", """
        patient_id | fact              | file | line
        ann        | b12               | l    | 2
        ann        | deficiency_before | l    | 3
        ann        | homocysteine      | l    | 4
        ann        | renal             | l    | 6
        ann        | malabsorption     | c    | 1
        ann        | neuro             | c    | 3
        ann        | neuro_timing      | c    | 4
    """)  # fmt: skip


def test_medications_that_cover_the_day_and_the_start_of_the_therapy():
    con = clinic("2026-01-31")
    insert(con, "lake.medication", """
        patient_id | concepts           | start_on   | end_on     | status | route | file | line
        ann        | folic_acid         | 2024-12-01 |            | active | oral  | m    | 1
        ann        | folic_acid         | 2025-06-01 | 2025-06-30 | ended  | oral  | m    | 2
        ann        | b12_mecobalamin    | 2025-06-01 | 2025-12-31 | ended  | oral  | m    | 3
        ann        | b12_cyanocobalamin | 2026-01-01 | 2026-03-01 | active | oral  | m    | 4
        ann        | b12_mecobalamin    | 2026-01-02 | 2026-03-01 | active | oral  | m    | 5
        bob        | metformin          | 2025-01-01 | 2025-12-31 | ended  | oral  | m    | 6
    """)  # fmt: skip
    shows(con, "explaining.fact_row", """
        patient_id | fact           | file | line
        ann        | folic_acid     | m    | 1
        ann        | b12_therapy    | m    | 4
        ann        | b12_therapy    | m    | 5
        ann        | cyanocobalamin | m    | 4
        ann        | monitoring     | m    | 3
        ann        | therapy_began  | m    | 3
        ann        | loading        | m    | 3
        bob        | metformin      | m    | 6
    """)  # fmt: skip


def test_an_answer_without_a_row_has_none():
    con = clinic("2026-01-31")
    insert(con, "lake.patient", "patient_id | birth_on\nann | 1950-01-01")
    shows(con, "explaining.fact_row", "patient_id | fact | file | line")

"Coded conditions and procedures that no other row takes back, whatever they mean."

from tests.clinic import clinic, insert, shows


def test_a_record_stands_once_whatever_its_concepts_unless_it_was_taken_back():
    con = clinic("2026-01-31")
    insert(con, "lake.condition", """
        patient_id | condition_id | concepts                                  | onset_on   | abated_on  | status
        ann        | c1           | b12_deficiency_anaemia¦pernicious_anaemia | 2025-01-01 |            | counted
        ann        | c2           | pernicious_anaemia                        | 2025-01-01 |            | unknown
        ann        | c3           | pernicious_anaemia                        | 2025-01-01 |            | not_counted
        ann        | c4           | pernicious_anaemia                        | 2026-02-01 |            | counted
        bob        | c1           | neuro_ataxia_gait                         | 2025-01-01 |            | counted
        bob        | c1           | neuro_ataxia_gait                         | 2025-01-01 |            | retracted
        cid        | c1           | neuro_ataxia_gait                         | 2025-01-01 | 2026-01-31 | counted
    """)  # fmt: skip
    insert(
        con,
        "lake.procedure",
        "patient_id | concepts | performed_on\ndan | bariatric_procedure | 2025-01-01",
    )
    shows(con, "clinical.standing_record", """
        patient_id | id | entity    | status      | is_abated
        ann        | c1 | condition | counted     | no
        ann        | c2 | condition | unknown     | no
        ann        | c3 | condition | not_counted | no
        cid        | c1 | condition | counted     | yes
        dan        |    | procedure | counted     | no
    """)  # fmt: skip

"Which row of a band judges a result: by laboratory, method, source, day, age and pregnancy at collection. Issue 17, point 3."

from tests.clinic import build, insert, shows
from tests.local_bands import local_clinic


def test_the_first_row_that_fits_by_laboratory_method_and_day():
    con = local_clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | performing_lab | method
        ann        | total_b12 | 199   | 2025-06-30   | North Hospital | ECLIA
        bob        | total_b12 | 199   | 2025-07-01   | north hospital | eclia
        cid        | total_b12 | 199   | 2025-07-02   | NORTH          | ECLIA
        dan        | total_b12 | 199   | 2025-07-01   | North Hospital | CLIA
        eve        | total_b12 | 199   | 2025-07-01   | North Hospital |
        fay        | total_b12 | 199   | 2025-07-01   | East Lab       |
        gus        | total_b12 | 199   | 2025-07-01   | East Laboratory|
        hal        | total_b12 | 199   | 2025-07-01   |                | ECLIA
        ian        | mma       | 300   | 2025-07-01   | North Hospital | ECLIA
    """)  # fmt: skip
    shows(con, "clinical.local_result", """
        delivered_patient_id | analyte   | band_id    | neuro_300_band_id | is_of_other_date
        ann                  | total_b12 | north-old  |                   | no
        bob                  | total_b12 | north-2025 |                   | no
        cid                  | total_b12 | north-2025 |                   | no
        dan                  | total_b12 |            |                   | yes
        eve                  | total_b12 |            |                   | yes
        fay                  | total_b12 | east       | east              | no
    """)  # fmt: skip


def test_white_space_around_a_name_does_not_matter_and_a_letter_within_does():
    con = local_clinic()
    names = ["\u00a0East Lab\t", "EAST  LAB", "east-lab", "the East Lab", "Norther", "a North"]
    insert(con, "lake.lab_result", [
        {"patient_id": f"p{number}", "analyte": "total_b12", "value": "199", "collected_on": "2025-06-30", "performing_lab": name}
        for number, name in enumerate(names)
    ])  # fmt: skip
    shows(
        con,
        "clinical.local_result",
        """
        delivered_patient_id | band_id
        p0                   | east
        p4                   | north-old
    """,
    )


def test_age_is_in_years_at_collection_and_every_day_of_a_birth_must_agree():
    con = local_clinic()
    insert(con, "lake.patient", """
        patient_id | birth_on   | birth_latest_on
        ann        | 1960-07-01 |
        bob        | 1960-07-02 |
        cid        | 1960-01-01 | 1960-12-31
        dan        | 1959-01-01 | 1959-12-31
        eve        |            |
        fay        | 2007-07-01 |
        gus        | 2007-07-02 |
        hal        | 2007-07-01 | 2007-07-31
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 199   | 2025-07-01
        ann        | total_b12 | 198   | 2025-06-30
        bob        | total_b12 | 199   | 2025-07-01
        cid        | total_b12 | 199   | 2025-07-01
        dan        | total_b12 | 199   | 2025-07-01
        eve        | total_b12 | 199   | 2025-07-01
        fay        | mma       | 300   | 2025-07-01
        gus        | mma       | 300   | 2025-07-01
        hal        | mma       | 300   | 2025-07-01
        ivy        | total_b12 | 199   | 2025-07-01
    """)  # fmt: skip
    build(con, "clinical.result")
    shows(con, "clinical.result", """
        patient_id | collected_on | band_id    | word
        ann        | 2025-07-01   | elderly    | low
        ann        | 2025-06-30   | general    | low_molar_only
        bob        | 2025-07-01   | general    | low_molar_only
        cid        | 2025-07-01   | general    | low_molar_only
        dan        | 2025-07-01   | elderly    | low
        eve        | 2025-07-01   | general    | low_molar_only
        fay        | 2025-07-01   | general    | raised
        gus        | 2025-07-01   | own-source | not_raised
        hal        | 2025-07-01   | general    | raised
        ivy        | 2025-07-01   | general    | low_molar_only
    """)  # fmt: skip


def test_pregnant_is_who_has_a_code_within_the_days_before_collection():
    con = local_clinic()
    insert(con, "lake.condition", """
        patient_id | concepts  | onset_on   | onset_latest_on | status
        ann        | pregnancy | 2025-01-01 |                 |
        bob        | pregnancy | 2025-10-29 |                 |
        cid        | pregnancy | 2024-01-01 | 2024-12-31      |
        dan        | pregnancy | 2025-01-01 |                 | refuted
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2025-01-01
        ann        | total_b12 | 151   | 2025-10-28
        ann        | total_b12 | 152   | 2025-10-29
        bob        | total_b12 | 150   | 2025-10-28
        cid        | total_b12 | 150   | 2025-10-27
        cid        | total_b12 | 151   | 2025-10-28
        dan        | total_b12 | 150   | 2025-01-05
    """)  # fmt: skip
    shows(con, "clinical.result", """
        patient_id | collected_on | band_id  | word
        ann        | 2025-01-01   | pregnant | above
        ann        | 2025-10-28   | pregnant | above
        ann        | 2025-10-29   | general  | low
        bob        | 2025-10-28   | general  | low
        cid        | 2025-10-27   | pregnant | above
        cid        | 2025-10-28   | general  | low
        dan        | 2025-01-05   | general  | low
    """)  # fmt: skip


def test_who_is_pregnant_is_what_the_pack_says():
    """Another look-back, another concept beside it, and a table of concepts by which a code no longer means it"""
    ours = {
        "answers": [
            {"answer": "yes", "coded": ["pregnancy/yes"], "within_months": 2},
            {"answer": "yes", "coded": ["coeliac"], "entity": "condition", "within_days": 10},
            {"answer": "yes", "coded": ["neuro_cognitive"], "within_days": 10, "only_if": "at_risk_untested_is_ordered"},
        ],
        "otherwise": "no", "not_loaded": "not_loaded",
    }  # fmt: skip
    con = local_clinic(facts={"pregnancy": ours}, settings={"at_risk_untested_is_ordered": 0})
    insert(con, "lake.condition", """
        patient_id | concepts        | onset_on
        ann        | pregnancy       | 2025-01-05
        bob        | coeliac         | 2025-01-05
        cid        | neuro_cognitive | 2025-01-05
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2025-03-05
        ann        | total_b12 | 151   | 2025-03-06
        bob        | total_b12 | 150   | 2025-01-15
        bob        | total_b12 | 151   | 2025-01-16
        cid        | total_b12 | 150   | 2025-01-05
    """)  # fmt: skip
    shows(con, "clinical.result", """
        patient_id | collected_on | band_id
        ann        | 2025-03-05   | pregnant
        ann        | 2025-03-06   | general
        bob        | 2025-01-15   | pregnant
        bob        | 2025-01-16   | general
        cid        | 2025-01-05   | general
    """)  # fmt: skip


def test_a_row_for_another_date_counts_only_where_the_general_row_judges():
    con = local_clinic("""
b12:
  - {id: june, method: ECLIA, valid_from: 2025-06-01, valid_to: 2025-06-30, cites: [OURS], tiles: [{answer: low, below: 99}, {answer: above, from: 99}]}
  - {id: old, age: {from: 65}, cites: [OURS], tiles: [{answer: low, below: 99}, {answer: above, from: 99}]}
  - {id: past, age: {below: 65}, valid_to: 2025-01-01, cites: [OURS], tiles: [{answer: low, below: 99}, {answer: above, from: 99}]}
""")
    insert(con, "lake.patient", [{"patient_id": "ann", "birth_on": "1940-01-01"}, {"patient_id": "bob", "birth_on": "1990-01-01"}])  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | method
        ann        | total_b12 | 150   | 2025-07-01   | ECLIA
        bob        | total_b12 | 150   | 2025-05-31   | ECLIA
        bob        | total_b12 | 151   | 2025-06-01   | ECLIA
        bob        | total_b12 | 152   | 2025-07-01   | ECLIA
        bob        | total_b12 | 153   | 2025-07-01   | CLIA
    """)  # fmt: skip
    shows(con, "clinical.result", """
        patient_id | value | band_id | is_of_other_date
        ann        | 150   | old     | no
        bob        | 150   | general | yes
        bob        | 151   | june    | no
        bob        | 152   | general | yes
        bob        | 153   | general | no
    """)  # fmt: skip

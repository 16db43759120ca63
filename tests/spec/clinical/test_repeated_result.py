"clinical.repeated_result: ids of results that came more than once"

from tests.clinic import clinic, insert, shows


def test_an_id_is_repeated_within_one_patient_and_source_alone():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | source
        ann        | r1        | total_b12 | 165   | 2026-01-05   | east
        ann        | r1        | total_b12 | 170   | 2026-01-05   | east
        ann        | r2        | total_b12 | 165   | 2026-01-05   | east
        ann        | r2        | total_b12 | 165   | 2026-01-05   | west
        bob        | r2        | total_b12 | 165   | 2026-01-05   | east
        bob        |           | total_b12 | 165   | 2026-01-05   | east
        bob        |           | total_b12 | 165   | 2026-01-05   | east
    """)  # fmt: skip
    shows(con, "clinical.repeated_result", "patient_id | source | result_id\nann | east | r1")

"clinical.deleted_result: records deleted by their source without saying whose they were"

from tests.clinic import clinic, insert, shows


def test_a_deletion_finds_the_rows_of_its_id_and_of_its_components_in_its_own_source():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | status    | source
        ann        | o1        | total_b12 | 110   | 2026-01-01   | final     | ehr
        bob        | o2#1      | total_b12 | 110   | 2026-01-01   | final     | ehr
        bob        | o2#2      | mma       | 300   | 2026-01-01   | final     | ehr
        cid        | o3        | total_b12 | 110   | 2026-01-01   | final     | ehr
        dan        | o1        | total_b12 | 110   | 2026-01-01   | final     | lab
        eve        | o4#1      | total_b12 | 110   | 2026-01-01   | final     | ehr
        eve        | o4#2      | mma       | 300   | 2026-01-01   | final     | ehr
                   | o4#2      |           |       |              | retracted | ehr
                   | o1        |           |       |              | retracted | ehr
                   | o2        |           |       |              | retracted | ehr
                   | o9        |           |       |              | retracted | ehr
    """)  # fmt: skip
    shows(con, "clinical.deleted_result", """
        patient_id | result_id | status    | source
        ann        | o1        | retracted | ehr
        bob        | o2#1      | retracted | ehr
        bob        | o2#2      | retracted | ehr
        eve        | o4#2      | retracted | ehr
    """)  # fmt: skip

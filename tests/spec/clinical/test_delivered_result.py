"clinical.delivered_result: lab results of analytes that decide, under the id that survives merges"

from tests.clinic import clinic, insert, shows


def test_only_analytes_that_decide_are_read_so_that_hb_and_mcv_change_nothing():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte                   | value | collected_on | result_id | status
        ann        | haemoglobin               | 7     | 2026-01-05   |           | final
        ann        | mcv                       | 115   | 2026-01-05   |           | final
        ann        | folate                    | 2     | 2026-01-05   |           | final
        ann        | creatinine                | 3     | 2026-01-05   |           | final
        ann        | parietal_cell_antibody    |       | 2026-01-05   |           | final
        ann        | total_b12                 | 165   | 2026-01-05   |           | final
        ann        | gastrin                   |       | 2026-01-05   |           | final
        ann        | intrinsic_factor_antibody |       | 2026-01-05   |           | final
        ann        |                           |       |              | r1        | retracted
    """)  # fmt: skip
    shows(con, "clinical.delivered_result", """
        patient_id | analyte                   | result_id
        ann        | total_b12                 |
        ann        | gastrin                   |
        ann        | intrinsic_factor_antibody |
        ann        |                           | r1
    """)  # fmt: skip


def test_after_a_merge_the_rows_of_both_ids_are_of_one_patient():
    con = clinic()
    insert(con, "lake.patient", "patient_id | merged_into\nold | ann")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        old        | total_b12 | 165   | 2026-01-05
        ann        | total_b12 | 450   | 2026-01-05
    """)  # fmt: skip
    shows(con, "clinical.delivered_result", """
        patient_id | delivered_patient_id | value
        ann        | old                  | 165
        ann        | ann                  | 450
    """)  # fmt: skip


def test_a_deletion_stands_once_for_each_patient_from_whom_it_takes_a_result_back():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | status
        ann        | o1        | total_b12 | 110   | 2026-01-01   | final
                   | o1        |           |       |              | retracted
                   | o9        |           |       |              | retracted
    """)  # fmt: skip
    shows(con, "clinical.delivered_result", """
        patient_id | result_id | status
        ann        | o1        | final
        ann        | o1        | retracted
    """)  # fmt: skip


def test_a_retraction_without_an_analyte_names_by_its_result_id_and_only_without_one_by_its_accession():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | accession_id | analyte   | value | collected_on | status
        ann        | r1        | a1           | total_b12 | 110   | 2026-01-01   | final
        ann        | r2        | a1           | mma       | 400   | 2026-01-01   | final
        ann        | r1        | a1           |           |       |              | retracted
        bob        | r3        | a2           | total_b12 | 110   | 2026-01-01   | final
        bob        | r4        | a2           | mma       | 400   | 2026-01-01   | final
        bob        |           | a2           |           |       |              | retracted
    """)  # fmt: skip
    shows(con, "clinical.delivered_result", """
        patient_id | result_id | analyte   | status
        ann        | r1        | total_b12 | final
        ann        | r2        | mma       | final
        ann        | r1        | total_b12 | retracted
        bob        | r3        | total_b12 | final
        bob        | r4        | mma       | final
        bob        |           | total_b12 | retracted
        bob        |           | mma       | retracted
    """)  # fmt: skip

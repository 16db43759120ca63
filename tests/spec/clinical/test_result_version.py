"What became of every delivered lab result: usable, or why not. Protocol §1, Status and Corrections."

from itertools import permutations

import pytest

from tests.clinic import build, clinic, insert, parse, select, shows


def fates(rows, as_of="2026-01-31"):
    """Hold the fate of each row against its column `=> fate`, in every order of delivery."""
    rows = parse(rows)
    for order in (rows, rows[::-1]):
        con = clinic(as_of)
        wanted = {}
        for line, row in enumerate(order, start=2):
            given = {name: cell for name, cell in row.items() if not name.startswith("=>")}
            insert(
                con,
                "lake.lab_result",
                [
                    {
                        "patient_id": "ann",
                        "analyte": "total_b12",
                        "line": line,
                        **{k: v for k, v in given.items() if v},
                    }
                ],
            )
            wanted[line] = row["=> fate"]
        build(con, "clinical.result_version")
        assert {
            row["line"]: row["fate"] for row in select(con, "clinical.result_version")
        } == wanted


def test_status_alone():
    fates("""
        status    | value | collected_on | => fate
        ----------+-------+--------------+--------------
        final     | 165   | 2026-01-05   | usable
        corrected | 166   | 2026-01-06   | usable
        held      | 167   | 2026-01-07   | held
        held      |       | 2026-01-08   | held
        finalised |       | 2026-01-09   | finalised
        retracted |       | 2026-01-10   | retracted
        final     | 169   | 2026-01-31   | usable
        final     | 170   | 2026-02-01   | after_as_of
    """)  # fmt: skip


def test_the_same_id_the_latest_reported_wins():
    fates("""
        result_id | status    | value | collected_on | reported_at       | => fate
        ----------+-----------+-------+--------------+-------------------+------------
        r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        r1        | corrected | 450   | 2026-01-05   | 2026-01-08 10:00Z | usable
        r1        | corrected | 440   | 2026-01-05   | 2026-01-07 10:00Z | superseded
        r2        | held      | 300   | 2026-01-05   | 2026-01-05 10:00Z | superseded
        r2        | final     | 310   | 2026-01-05   | 2026-01-06 10:00Z | usable
        r3        | final     | 165   | 2026-01-05   |                   | superseded
        r3        | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z | usable
    """)  # fmt: skip


def test_a_retraction_takes_what_it_names_and_nothing_else():
    fates("""
        result_id | status    | value | collected_on | reported_at       | => fate
        ----------+-----------+-------+--------------+-------------------+-----------
        r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | retracted
        r1        | retracted |       | 2026-01-05   | 2026-01-07 10:00Z | retracted
        r2        | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z | usable
    """)  # fmt: skip


def test_reported_together_a_retraction_comes_before_a_correction_before_a_final():
    fates("""
        result_id | status    | value | collected_on | reported_at       | => fate
        ----------+-----------+-------+--------------+-------------------+-----------
        r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | retracted
        r1        | retracted |       | 2026-01-05   | 2026-01-06 10:00Z | retracted
        r2        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        r2        | corrected | 450   | 2026-01-05   | 2026-01-06 10:00Z | usable
        r3        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | usable
        r3        | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z | usable
        r4        | corrected | 165   | 2026-01-05   | 2026-01-06 10:00Z | retracted
        r4        | retracted |       | 2026-01-05   | 2026-01-06 10:00Z | retracted
    """)  # fmt: skip


def test_without_a_time_of_report_a_retraction_comes_last_and_a_correction_after_every_final_result():
    fates("""
        accession_id | result_id | status    | value | collected_on | reported_at       | => fate
        -------------+-----------+-----------+-------+--------------+-------------------+-----------
                     | r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | retracted
                     | r1        | retracted |       | 2026-01-05   |                   | retracted
                     | r2        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
                     | r2        | corrected | 450   | 2026-01-05   |                   | usable
                     | r3        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | retracted
                     | r3        | corrected | 450   | 2026-01-05   |                   | retracted
                     | r3        | retracted |       | 2026-01-05   | 2026-01-07 10:00Z | retracted
        a4           | r4        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | withdrawn
        a4           | r5        | retracted |       | 2026-01-05   |                   | retracted
        a6           | r6        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        a6           | r7        | corrected | 450   | 2026-01-05   |                   | usable
        a6           | r8        | corrected | 440   | 2026-01-05   |                   | usable
    """)  # fmt: skip


def test_a_retraction_without_code_or_analyte_takes_the_row_of_its_id():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | result_id | status    | value | collected_on
        ann        | total_b12 | r1        | final     | 165   | 2026-01-05
        ann        |           | r1        | retracted |       |
        bob        | total_b12 | r1        | final     | 165   | 2026-01-05
    """)  # fmt: skip
    build(con, "clinical.result_version")
    assert [(row["patient_id"], row["fate"]) for row in select(con, "clinical.result_version", "patient_id, fate")] == [
        ("ann", "retracted"), ("ann", "retracted"), ("bob", "usable"),
    ]  # fmt: skip


def test_u_without_a_value_makes_the_held_result_of_its_id_final():
    fates("""
        result_id | status    | value | collected_on | reported_at       | => fate
        ----------+-----------+-------+--------------+-------------------+------------
        r1        | held      | 165   | 2026-01-05   | 2026-01-05 10:00Z | usable
        r1        | finalised |       | 2026-01-05   | 2026-01-06 10:00Z | finalised
        r2        | held      | 165   | 2026-01-05   | 2026-01-05 10:00Z | superseded
        r2        | held      | 170   | 2026-01-05   | 2026-01-06 10:00Z | usable
        r2        | finalised |       | 2026-01-05   | 2026-01-07 10:00Z | finalised
        r3        | finalised |       | 2026-01-05   | 2026-01-06 10:00Z | finalised
    """)  # fmt: skip


def test_another_id_of_the_accession_a_later_correction_supersedes_and_a_later_retraction_withdraws():
    fates("""
        accession_id | result_id | status    | value | collected_on | reported_at       | => fate
        -------------+-----------+-----------+-------+--------------+-------------------+------------
        a1           | r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        a1           | r2        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | usable
        a2           | r3        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | withdrawn
        a2           | r4        | retracted |       | 2026-01-05   | 2026-01-07 10:00Z | retracted
        a3           | r5        | corrected | 450   | 2026-01-05   | 2026-01-06 10:00Z | usable
        a3           | r6        | final     | 165   | 2026-01-05   | 2026-01-07 10:00Z | usable
        a4           | r7        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | usable
        a4           | r8        | final     | 175   | 2026-01-05   | 2026-01-06 10:00Z | usable
                     | r9        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | usable
                     | r10       | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | usable
    """)  # fmt: skip


def test_the_accession_of_another_analyte_or_patient_is_left_alone():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | analyte   | accession_id | result_id | status    | value | collected_on | reported_at
        ann        | total_b12 | a1           | r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z
        ann        | mma       | a1           | r2        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z
        bob        | total_b12 | a1           | r3        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z
    """)  # fmt: skip
    build(con, "clinical.result_version")
    assert {row["fate"] for row in select(con, "clinical.result_version", "fate")} == {"usable"}


def test_a_correction_that_names_a_result_acts_on_that_one_alone():
    fates("""
        accession_id | result_id | status    | value | collected_on | reported_at       | => fate
        -------------+-----------+-----------+-------+--------------+-------------------+------------
        a1           | r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        a1           | r1        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | usable
        a1           | r2        | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z | usable
    """)  # fmt: skip


def test_after_a_merge_the_rows_of_both_ids_are_versions_of_one_result():
    con = clinic()
    insert(con, "lake.patient", "patient_id | merged_into\nold | ann")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | result_id | status    | value | collected_on | reported_at
        old        | total_b12 | r1        | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z
        ann        | total_b12 | r1        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z
    """)  # fmt: skip
    build(con, "clinical.result_version")
    found = select(con, "clinical.result_version", "patient_id, delivered_patient_id, fate")
    assert [tuple(row.values()) for row in found] == [
        ("ann", "ann", "usable"),
        ("ann", "old", "superseded"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_delivery_decides_nothing(order):
    rows = parse("""
        accession_id | result_id | status    | value | collected_on | reported_at       | file
        a1           | r1        | held      | 300   | 2026-01-05   | 2026-01-05 10:00Z | a.csv
        a1           | r1        | finalised |       | 2026-01-05   | 2026-01-06 10:00Z | b.csv
        a1           | r1        | corrected | 165   | 2026-01-05   | 2026-01-07 10:00Z | c.csv
        a1           | r2        | final     | 400   | 2026-01-05   | 2026-01-06 10:00Z | d.csv
    """)  # fmt: skip
    con = clinic()
    for place in order:
        given = {name: cell for name, cell in rows[place].items() if cell}
        insert(
            con,
            "lake.lab_result",
            [{"patient_id": "ann", "analyte": "total_b12", "sha256": given["file"], **given}],
        )
    build(con, "clinical.result_version")
    found = {
        row["file"]: row["fate"] for row in select(con, "clinical.result_version", "file, fate")
    }
    assert found == {
        "a.csv": "superseded",
        "b.csv": "finalised",
        "c.csv": "usable",
        "d.csv": "usable",
    }


def test_a_record_that_its_source_deleted_takes_back_the_rows_of_its_id_and_of_its_components():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | analyte   | value | collected_on | status    | source
        ann        | o1        | total_b12 | 110   | 2026-01-01   | final     | ehr
        bob        | o2#1      | total_b12 | 110   | 2026-01-01   | final     | ehr
        cid        | o3        | total_b12 | 110   | 2026-01-01   | final     | ehr
        dan        | o1        | total_b12 | 110   | 2026-01-01   | final     | lab
                   | o1        |           |       |              | retracted | ehr
                   | o2        |           |       |              | retracted | ehr
    """)  # fmt: skip
    shows(con, "clinical.result_version", """
        patient_id | value | fate
        ann        | 110   | retracted
        ann        |       | retracted
        bob        | 110   | retracted
        cid        | 110   | usable
        dan        | 110   | usable
    """, where="value is not null or patient_id = 'ann'")  # fmt: skip


def test_a_deletion_takes_one_row_back_of_each_patient_whose_rows_share_its_id():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | result_id | accession_id | analyte   | value | collected_on | status    | source
        ann        | o1        | s1           | total_b12 | 110   | 2026-01-01   | final     | ehr
        bob        | o1        | s1           | total_b12 | 120   | 2026-01-01   | final     | ehr
        cid        | o1        | s1           | total_b12 | 130   | 2026-01-01   | final     | ehr
        bill       | o1        | s1           | total_b12 | 140   | 2026-01-01   | final     | ehr
                   | o1        | s1           |           |       |              | retracted | ehr
    """)  # fmt: skip
    insert(con, "lake.patient", [{"patient_id": "bill", "merged_into": "bob"}])
    shows(con, "clinical.result_version", """
        patient_id | value | fate
        ann        | 110   | retracted
        ann        |       | retracted
        bob        | 120   | retracted
        bob        |       | retracted
        bob        | 140   | retracted
        bob        |       | retracted
        cid        | 130   | retracted
        cid        |       | retracted
    """)  # fmt: skip


def test_a_result_id_names_a_result_of_one_analyte():
    con = clinic()
    insert(con, "lake.lab_result", """
        analyte    | patient_id | result_id | accession_id | status    | value | collected_on | reported_at
        total_b12  | ann        | o1        |              | final     | 150   | 2026-01-05   | 2026-01-05
        mma        | ann        | o1        |              | final     | 600   | 2026-01-05   | 2026-01-06
        total_b12  | bob        | o2        | a2           | final     | 150   | 2026-01-05   | 2026-01-05
        mma        | bob        | o2        | a2           | retracted |       | 2026-01-05   | 2026-01-06
        total_b12  | cid        | o3        | a3           | final     | 150   | 2026-01-05   | 2026-01-05
        active_b12 | cid        | o3        | a3           | held      | 90    | 2026-01-05   | 2026-01-06
        total_b12  | dan        | o4        |              | final     | 150   | 2026-01-05   | 2026-01-05
        mma        | dan        | o4        |              | final     | 600   | 2026-01-05   | 2026-01-05
                   | dan        | o4        |              | retracted |       |              | 2026-01-06
        total_b12  | eve        |           | a5           | final     | 150   | 2026-01-05   | 2026-01-05
        mma        | eve        |           | a5           | final     | 600   | 2026-01-05   | 2026-01-05
                   | eve        |           | a5           | retracted |       |              | 2026-01-06
        total_b12  | fay        | o6        |              | final     | 150   | 2026-01-05   | 2026-01-05
        total_b12  | fay        | o6        |              | corrected | 160   | 2026-01-05   | 2026-01-06
        mma        | fay        | o6        |              | final     | 600   | 2026-01-05   | 2026-01-06
        mma        | fay        | o6        |              | corrected | 700   | 2026-01-05   | 2026-01-07
    """)  # fmt: skip
    shows(con, "clinical.result_version", """
        patient_id | analyte    | value | fate
        ann        | total_b12  | 150   | usable
        ann        | mma        | 600   | usable
        bob        | total_b12  | 150   | usable
        bob        | mma        |       | retracted
        cid        | total_b12  | 150   | usable
        cid        | active_b12 | 90    | held
        dan        | total_b12  | 150   | retracted
        dan        | mma        | 600   | retracted
        dan        | total_b12  |       | retracted
        dan        | mma        |       | retracted
        eve        | total_b12  | 150   | withdrawn
        eve        | mma        | 600   | withdrawn
        eve        | total_b12  |       | retracted
        eve        | mma        |       | retracted
        fay        | total_b12  | 150   | superseded
        fay        | total_b12  | 160   | usable
        fay        | mma        | 600   | superseded
        fay        | mma        | 700   | usable
    """)  # fmt: skip


def test_a_withdrawal_takes_back_the_result_of_its_id_whichever_arrives_first():
    fates("""
        accession_id | result_id | status    | value | collected_on | reported_at       | => fate
        -------------+-----------+-----------+-------+--------------+-------------------+------------
        a1           | r1        | final     | 600   | 2026-01-05   | 2026-01-06 10:00Z | retracted
        a1           | r1        | withdrawn |       | 2026-01-05   | 2026-01-07 10:00Z | retracted
        a2           | r2        | final     | 600   | 2026-01-05   | 2026-01-06 10:00Z | retracted
        a2           | r2        | withdrawn |       | 2026-01-05   | 2026-01-06 10:00Z | retracted
        a3           | r3        | final     | 600   | 2026-01-05   | 2026-01-06 10:00Z | retracted
        a3           | r3        | withdrawn |       |              |                   | retracted
        a4           | r4        | withdrawn |       | 2026-01-05   | 2026-01-06 10:00Z | retracted
        a4           | r4        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | usable
        a7           | r7        | corrected | 450   | 2026-01-05   | 2026-01-07 10:00Z | retracted
        a7           | r7        | withdrawn |       | 2026-01-05   | 2026-01-07 10:00Z | retracted
        a5           | r5        | final     | 600   | 2026-01-05   | 2026-01-06 10:00Z | usable
        a5           | r6        | withdrawn |       | 2026-01-05   | 2026-01-07 10:00Z | retracted
    """)  # fmt: skip


def test_without_result_ids_rows_of_one_accession_correct_and_retract_one_another():
    fates("""
        accession_id | status    | value | collected_on | reported_at       | => fate
        -------------+-----------+-------+--------------+-------------------+------------
        a1           | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        a1           | corrected | 600   | 2026-01-05   | 2026-01-07 10:00Z | usable
        a2           | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | withdrawn
        a2           | retracted | 165   | 2026-01-05   | 2026-01-07 10:00Z | retracted
        a3           | final     | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        a3           | corrected | 600   | 2026-01-05   |                   | usable
        a4           | corrected | 165   | 2026-01-05   | 2026-01-06 10:00Z | superseded
        a4           | corrected | 600   | 2026-01-05   | 2026-01-07 10:00Z | usable
        a5           | corrected | 165   | 2026-01-05   | 2026-01-06 10:00Z | usable
        a5           | final     | 600   | 2026-01-05   | 2026-01-07 10:00Z | usable
    """)  # fmt: skip


def test_without_ids_patient_analyte_instant_and_laboratory_name_the_result():
    fates("""
        performing_lab | status    | value | collected_at         | reported_at       | => fate
        ---------------+-----------+-------+----------------------+-------------------+------------
        north          | final     | 165   | 2026-01-05 09:00:00Z | 2026-01-06 10:00Z | superseded
        north          | corrected | 600   | 2026-01-05 09:00:00Z | 2026-01-07 10:00Z | usable
        south          | final     | 165   | 2026-01-05 09:00:00Z | 2026-01-06 10:00Z | usable
        north          | final     | 165   | 2026-01-05 10:00:00Z | 2026-01-06 10:00Z | usable
                       | final     | 165   | 2026-01-05 11:00:00Z | 2026-01-06 10:00Z | withdrawn
                       | retracted | 165   | 2026-01-05 11:00:00Z |                   | retracted
    """)  # fmt: skip


def test_one_id_two_values_and_it_is_unknown_which_is_newer():
    con = clinic()
    insert(con, "lake.lab_result", """
        patient_id | result_id | value | unit_reported | value_reported | collected_on | sha256
        ann        | r1        | 6     | pg/mL         | 6              | 2026-01-05   | x
        ann        | r1        | 650   | pg/mL         | 650            | 2026-01-06   | y
        bob        | r1        | 165   | pg/mL         | 165            | 2026-01-05   | x
        bob        | r1        | 165.36| pmol/L        | 122            | 2026-01-05   | y
        cid        | r1        | 165   | pg/mL         | 165            | 2026-01-05   | x
        cid        | r1        | 166.5 | pmol/L        | 123            | 2026-01-05   | y
        dan        | r1        | 165   | pg/mL         | 165            | 2026-01-05   | x
        dan        | r1        | 165   | pg/mL         | 165            | 2026-01-05   | y
    """.replace("patient_id |", "analyte | patient_id |").replace("\n        ", "\n        total_b12 | ").replace("total_b12 | analyte", "analyte"))  # fmt: skip
    shows(con, "clinical.result_version", """
        patient_id | value  | fate   | is_in_conflict
        ann        | 6      | usable | yes
        ann        | 650    | usable | yes
        bob        | 165    | usable | no
        bob        | 165.36 | usable | no
        cid        | 165    | usable | yes
        cid        | 166.5  | usable | yes
        dan        | 165    | usable | no
        dan        | 165    | usable | no
    """)  # fmt: skip


def test_a_source_may_say_that_the_later_delivery_wins():
    con = clinic(loaded=None)
    insert(con, "lake.delivery", """
        sha256 | received_at         | is_later_delivery_winning
        x      | 2026-01-10 10:00:00Z | true
        y      | 2026-01-11 10:00:00Z | true
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        analyte   | patient_id | result_id | value | collected_on | sha256
        total_b12 | ann        | r1        | 6     | 2026-01-05   | x
        total_b12 | ann        | r1        | 650   | 2026-01-05   | y
    """)  # fmt: skip
    shows(con, "clinical.result_version", "value | fate\n6 | superseded\n650 | usable")

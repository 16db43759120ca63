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
        r3        | final     | 170   | 2026-01-05   | 2026-01-06 10:00Z | superseded
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

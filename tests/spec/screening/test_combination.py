"The distinct combinations of facts: patients share few of them."

from tests.clinic import build, clinic, insert, pack, select


def test_patients_with_the_same_words_share_one_combination():
    con = clinic("2026-01-31")
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on
        ann        | total_b12 | 150   | 2026-01-05
        bob        | total_b12 | 90    | 2025-12-05
        cid        | total_b12 | 190   | 2026-01-05
    """)  # fmt: skip
    build(con, "screening.combination")
    found = select(con, "screening.combination")
    assert sorted(row["b12"] for row in found) == ["low", "low_molar_only"]
    assert len({row["combination"] for row in found}) == 2
    assert set(found[0]) == {"combination", "own_answers", *pack().facts}

"explaining.explanation: all that a patient's page shows of the lake, in one row"

from tests.clinic import build, clinic, insert, select


def explained():
    con = clinic()
    insert(con, "lake.patient", """
        patient_id | source    | birth_on   | sex    | merged_into | recorded_at
        ann        | canonical | 1950-01-01 | female |             | 2026-01-01
        old        | ehr       |            |        | ann         | 2026-01-02
    """)  # fmt: skip
    insert(con, "lake.lab_result", """
        patient_id | analyte   | value | collected_on | file | line
        ann        | total_b12 | 178   | 2026-01-05   | l    | 1
        old        | total_b12 | 190   | 2025-01-05   | l    | 2
        bob        | mma       | 900   | 2026-01-05   | l    | 3
    """)  # fmt: skip
    insert(con, "lake.medication", """
        patient_id | concepts  | name      | matched_by | start_on   | file | line
        old        | metformin | Metformin | name       | 2026-01-01 | m    | 1
    """)  # fmt: skip
    build(con, "explaining.explanation")
    return {row["patient_id"]: row for row in select(con, "explaining.explanation")}


def test_the_rows_of_every_id_are_those_of_the_patient_who_survives():
    ann = explained()["ann"]
    assert ann["also_known_as"] == ["old"]
    rows = {(row["fact"], row["standing"], row["line"]) for row in ann["evidence"]}
    assert {("b12", "usable", 1), ("b12", "usable", 2)} <= rows
    assert {row["flag"] for row in ann["flag_rows"]} >= {"BY_NAME"}
    assert {"fact": "b12", "file": "l", "line": 1} in ann["deciding"]
    assert ann["assessment"]["patient_id"] == "ann" and ann["answers"]["metformin"] != "no"


def test_the_source_of_the_person_is_that_of_the_surviving_id():
    "The row of the other ID was recorded later"
    assert explained()["ann"]["person"]["source"] == "canonical"


def test_whoever_has_results_alone_is_explained_with_what_there_is():
    bob = explained()["bob"]
    assert bob["person"] is None and bob["also_known_as"] == []
    assert [row["fact"] for row in bob["evidence"]] == ["mma"]

"reporting.new_unknown_patient: rows of new files about patients without a patient row, against the source's own history"

import pytest

from tests.clinic import insert, shows
from tests.gates import account, gated, published


def patients(con, count, file="old"):
    insert_rows(con, "patient", count, file, "known")


def results(con, file, known, unknown, each=1):
    "Rows of patients with and without a patient row; each: the rows of one patient without"
    insert_rows(con, "lab_result", known, file, "known")
    insert_rows(con, "lab_result", unknown, file, f"{file} unknown", each)


def insert_rows(con, table, count, file, name, each=1):
    con.execute(
        f"insert into lake.{table} (source, sha256, file, line, patient_id) "
        "select 'canonical', $1, $1, range + 2, $2 || range // $3 from range($4)",
        [file, name, each, count],
    )


def two_files(old=(98, 2), new=(90, 10), each=1):
    "A published file and a new one, each of so many rows of known and of unknown patients"
    con = gated()
    account(con, f"""
        sha256 | file | entity     | accepted
        old    | old  | lab_result | {sum(old)}
        new    | new  | lab_result | {sum(new)}
    """)  # fmt: skip
    published(con, "old")
    patients(con, 500)
    results(con, "old", *old)
    results(con, "new", *new, each)
    return con


def test_each_new_file_has_its_share_and_the_share_before():
    shows(two_files(), "reporting.new_unknown_patient", """
        source    | file | entity     | rows | rows_unknown | patients_unknown | share | rows_before | share_before | is_unusual
        canonical | new  | lab_result | 100  | 10           | 10               | 0.1   | 100         | 0.02         | yes
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "is_unusual"),
    [
        ((98, 2), (96, 4), "no"),  # too small a share to matter
        ((94, 6), (89, 11), "no"),  # less than twice as many as before
        ((40, 60), (39, 61), "no"),  # most were always unknown
        ((40, 60), (10, 90), "yes"),  # less than half of the known are left
        ((0, 100), (0, 100), "no"),  # the source never delivered patients
        ((98, 2), (0, 9), "no"),  # a small file
        ((98, 2), (0, 10), "yes"),
    ],
)
def test_unusual_is_twice_the_unknown_or_half_the_known(old, new, is_unusual):
    shows(
        two_files(old, new),
        "reporting.new_unknown_patient",
        f"file | is_unusual\nnew | {is_unusual}",
    )


def test_many_rows_of_few_patients_are_not_unusual():
    shows(two_files(new=(82, 18), each=2), "reporting.new_unknown_patient", """
        file | rows_unknown | patients_unknown | is_unusual
        new  | 18           | 9                | no
    """)  # fmt: skip


def test_a_first_file_and_a_short_history_have_nothing_to_compare_with():
    con = gated()
    account(con, "sha256 | file | entity | accepted\nnew | new | lab_result | 100")
    results(con, "new", 0, 100)
    shows(con, "reporting.new_unknown_patient", """
        file | share | rows_before | share_before | is_unusual
        new  | 1     | 0           |              |
    """)  # fmt: skip
    shows(two_files(old=(97, 2)), "reporting.new_unknown_patient", """
        file | rows_before | is_unusual
        new  | 99          |
    """)  # fmt: skip


def test_kinds_of_record_and_sources_have_a_history_of_their_own():
    con = two_files(old=(100, 0), new=(100, 0))
    account(con, """
        source    | sha256     | file       | entity     | accepted
        canonical | medication | medication | medication | 20
        hl7v2     | other      | other      | lab_result | 20
    """)  # fmt: skip
    insert_rows(con, "medication", 20, "medication", "unknown")
    insert_rows(con, "lab_result", 20, "other", "unknown")
    con.execute("update lake.lab_result set source = 'hl7v2' where file = 'other'")
    shows(con, "reporting.new_unknown_patient", """
        source    | file       | entity     | share | rows_before | share_before | is_unusual
        canonical | new        | lab_result | 0     | 100         | 0            | no
        canonical | medication | medication | 1     | 0           |              |
        hl7v2     | other      | lab_result | 1     | 0           |              |
    """)  # fmt: skip


def test_earlier_rows_are_judged_as_they_stood():
    "Of a source whose patient rows come days later, every file has unknown patients for a while"
    con = gated()
    account(con, """
        sha256   | file     | entity     | accepted | received_at
        old      | old      | lab_result | 100      | 2026-01-10 02:00
        same day | same day | patient    | 60       | 2026-01-11 02:00
        weekly   | weekly   | patient    | 40       | 2026-01-11 02:01
        new      | new      | lab_result | 100      | 2026-01-30 02:00
    """)  # fmt: skip
    published(con, "old", "same day", "weekly")
    patients(con, 60, "same day")
    insert_rows(con, "patient", 40, "weekly", "old unknown")
    results(con, "old", 60, 40)
    results(con, "new", 60, 40)
    shows(con, "reporting.new_unknown_patient", """
        file | share | share_before | is_unusual
        new  | 0.4   | 0.4          | no
    """)  # fmt: skip


def test_a_merged_id_is_known_by_the_row_of_the_id_that_survives():
    con = two_files(new=(90, 0))
    insert(con, "lake.patient", """
        patient_id | merged_into | sha256
        former     | known1      | old
    """)  # fmt: skip
    insert_rows(con, "lab_result", 1, "new", "former")
    con.execute("update lake.lab_result set patient_id = 'former' where patient_id = 'former0'")
    shows(con, "reporting.new_unknown_patient", "file | rows | rows_unknown\nnew | 91 | 0")


def test_notes_of_clinicians_are_left_out():
    con = gated()
    account(con, """
        source          | sha256 | file  | entity    | accepted
        clinician_notes | notes  | notes | condition | 20
    """)  # fmt: skip
    insert(
        con,
        "lake.condition",
        [{"source": "clinician_notes", "sha256": "notes", "patient_id": "unknown"}] * 20,
    )
    shows(con, "reporting.new_unknown_patient", "file | rows")

"reporting.unmapped: unmapped local codes, units and status words, as the rows of a map"

from tests.clinic import insert, shows
from tests.gates import gated


def test_codes_are_counted_by_system_and_spelling_over_all_files():
    con = gated()
    insert(con, "lake.unmapped_code", """
        sha256 | entity     | skipped_because | code_system | code | name      | unit   | rows
        a      | lab_result | unmapped_code   | LOCAL       | B12X | b twelve  | pmol/L | 3
        b      | lab_result | unmapped_code   | LOCAL       | B12X | b twelve  | pg/mL  | 4
        b      | lab_result | unmapped_code   | LOCAL       | B12X | folate    |        | 5
        b      | lab_result | unmapped_code   | LOCAL       | B12X |           | pmol/L | 6
        a      | medication | unmapped_code   | NAME        |      | cobalvita |        | 2
        a      | medication | unmapped_code   | NAME        |      |           |        | 9
        a      | medication | comment         | NAME        | x    |           |        | 9
    """)  # fmt: skip
    shows(con, "reporting.unmapped", """
        source    | entity     | kind | code_system | delivered | name      | rows | map_to_system | map_to
        canonical | lab_result | code | LOCAL       | B12X      | b twelve  | 18   |               |
        canonical | medication | code | NAME        | cobalvita | cobalvita | 2    |               |
    """)  # fmt: skip
    listed = "select names, units from reporting.unmapped where delivered = 'B12X'"
    names, units = con.execute(listed).fetchone()
    assert (names, units) == (["b twelve", "folate"], ["pmol/L", "pg/mL"]), (
        "the most frequent first"
    )


def test_status_words_and_units():
    con = gated()
    insert(con, "lake.unmapped_code", """
        entity     | skipped_because | code  | rows
        medication | unknown_status  | halb  | 5
    """)  # fmt: skip
    insert(con, "lake.rejected_row", """
        entity     | rejected_because | unit  | code
        lab_result | unknown_unit     | furlong | 2132-9
        lab_result | unknown_unit     | furlong | 13964-2
        lab_result | missing_unit     |         | 2132-9
    """)  # fmt: skip
    shows(con, "reporting.unmapped", """
        entity     | kind   | delivered | name                                                             | rows
        medication | status | halb      | known words: protocol/statuses.csv; others: words in the profile | 5
        lab_result | unit   | furlong   | of 13964-2, 2132-9                                               | 2
    """)  # fmt: skip


def test_of_a_unit_the_patients_and_codes_of_the_rejected_rows_are_known():
    con = gated()
    insert(con, "lake.rejected_row", """
        entity     | rejected_because | unit    | code_system | code    | patient_id | is_deciding
        lab_result | unknown_unit     | furlong | LOINC       | 2132-9  | ann        | true
        lab_result | unknown_unit     | furlong |             | 2284-8  | ann        | false
        lab_result | unknown_unit     | furlong |             | 2284-8  | bob        | false
        lab_result | unknown_unit     | stone   |             | 2284-8  | bob        | false
    """)  # fmt: skip
    insert(con, "lake.unmapped_code", """
        entity     | skipped_because | code_system | code | rows
        lab_result | unmapped_code   | LOCAL       | B12X | 3
    """)  # fmt: skip
    shows(con, "reporting.unmapped", """
        delivered | rows | patients | is_deciding
        B12X      | 3    |          |
        furlong   | 3    | 2        | yes
        stone     | 1    | 1        | no
    """)  # fmt: skip
    listed = "select codes from reporting.unmapped where delivered = 'furlong'"
    assert con.execute(listed).fetchone()[0] == [
        {"code": "2132-9", "code_system": "LOINC"}, {"code": "2284-8", "code_system": None},
    ]  # fmt: skip

"reporting.unmapped_seen: in how many files an unmapped code, unit or status word stands, and since when"

from tests.clinic import insert, shows
from tests.gates import gated


def test_the_first_and_the_last_file_and_one_delivered_twice_counts_once():
    con = gated()
    insert(con, "lake.delivery", """
        sha256 | entity     | refused | received_at
        a      | lab_result |         | 2026-01-05 10:00+00
        a      | lab_result |         | 2026-01-07 23:30-02
        b      | lab_result |         | 2026-01-06 10:00+00
        b      | lab_result | broken  | 2025-01-01 10:00+00
        c      | lab_result |         | 2026-01-09 10:00+00
    """)  # fmt: skip
    insert(con, "lake.unmapped_code", """
        sha256 | entity     | skipped_because | code_system | code | name | rows
        a      | lab_result | unmapped_code   | LOCAL       | B12X | one  | 3
        a      | lab_result | unmapped_code   | LOCAL       | B12X | two  | 3
        b      | lab_result | unmapped_code   | LOCAL       | B12X |      | 4
        b      | lab_result | unmapped_code   |             | B12X |      | 4
        c      | lab_result | unknown_status  |             | halb |      | 1
    """)  # fmt: skip
    insert(con, "lake.rejected_row", """
        sha256 | entity     | rejected_because | unit
        c      | lab_result | unknown_unit     | furlong
        c      | lab_result | bad_date         | stone
    """)  # fmt: skip
    shows(con, "reporting.unmapped_seen", """
        entity     | kind   | code_system | delivered | files | first_on   | last_on
        lab_result | code   | LOCAL       | B12X      | 2     | 2026-01-05 | 2026-01-08
        lab_result | code   |             | B12X      | 1     | 2026-01-06 | 2026-01-06
        lab_result | status |             | halb      | 1     | 2026-01-09 | 2026-01-09
        lab_result | unit   |             | furlong   | 1     | 2026-01-09 | 2026-01-09
    """)  # fmt: skip

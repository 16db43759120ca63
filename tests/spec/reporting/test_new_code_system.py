"reporting.new_code_system: what share of each code system of a new file is understood"

from tests.clinic import insert, shows
from tests.gates import gated, published


def test_new_files_by_code_system():
    con = gated()
    insert(con, "lake.code_system_count", """
        sha256 | file | entity     | code_system | rows | rows_understood
        new    | new  | medication | PZN         | 20   | 5
        new    | new  | medication | ""          | 4    | 4
        old    | old  | medication | PZN         | 20   | 0
        new    | new  | lab_result | LOCAL       | 20   | 0
    """)  # fmt: skip
    published(con, "old")
    shows(con, "reporting.new_code_system", """
        file | entity     | code_system | rows | share_of_entity | share_understood
        new  | medication | PZN         | 20   | 0.833333        | 0.25
        new  | medication | (none)      | 4    | 0.166667        | 1
    """)  # fmt: skip

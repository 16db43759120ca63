"reporting.new_blanked: cells that were left out of new files, against the source's own history"

from tests.clinic import insert, shows
from tests.gates import account, gated, published


def blanked(con, file, column, cells):
    insert(
        con, "lake.blanked_cell", [{"sha256": file, "file": file, "column_name": column}] * cells
    )


def test_each_column_has_its_share_and_the_share_before():
    con = gated()
    account(con, """
        sha256 | file  | entity  | accepted
        old    | old   | patient | 100
        new    | new   | patient | 100
    """)  # fmt: skip
    published(con, "old")
    blanked(con, "old", "birth_date", 6)
    blanked(con, "new", "birth_date", 10)
    blanked(con, "new", "deceased_on", 3)
    blanked(con, "new", "recorded_at", 2)
    shows(con, "reporting.new_blanked", """
        file | column_name | cells | share | share_before | is_unusual
        new  | birth_date  | 10    | 0.1   | 0.06         | no
        new  | deceased_on | 3     | 0.03  | 0            | yes
        new  | recorded_at | 2     | 0.02  | 0            | no
    """)  # fmt: skip


def test_a_first_delivery_is_judged_by_the_share_alone():
    con = gated()
    account(con, "sha256 | file | entity | accepted\nnew | new | patient | 50")
    blanked(con, "new", "birth_date", 50)
    shows(con, "reporting.new_blanked", "column_name | share | is_unusual\nbirth_date | 1 | yes")

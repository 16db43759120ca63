"landing.block_shift: where the first record of each block of 1,024 stands"

from pipeline.engine import create
from tests.clinic import clinic, insert, shows


def shifted(records, shifts):
    "A file of that many records, in which shifts change at these records"
    con = clinic()
    con.execute("create schema landing")
    con.execute(
        f"create table landing.raw as select range as file_row_number from range({records})"
    )
    con.execute("create table landing.line_shift (record bigint, shift bigint)")
    insert(con, "landing.line_shift", shifts)
    return con


def test_a_block_has_the_last_shift_up_to_its_first_record():
    con = shifted(3000, "record | shift\n5 | 1\n1024 | 2\n2047 | 3")
    create(con, "landing.block_shift")
    shows(con, "landing.block_shift", "block | shift\n0 | \n1 | 2\n2 | 3")

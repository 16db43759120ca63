"landing.record_shift: where each record of a block stands in which the shift changes"

from pipeline.engine import create
from tests.clinic import holds
from tests.spec.landing.test_block_shift import shifted


def test_only_blocks_in_which_the_shift_changes_are_listed_record_by_record():
    con = shifted(5000, "record | shift\n5 | 1\n7 | 3\n3072 | 4")
    create(con, "landing.record_shift")
    holds(con, "landing.record_shift", """
        record | shift
        0      |
        4      |
        5      | 1
        6      | 1
        7      | 3
        1023   | 3
        3072   | 4
        4095   | 4
    """, where="record in (0, 4, 5, 6, 7, 1023, 3072, 4095)")  # fmt: skip
    assert con.execute("select count(*) from landing.record_shift").fetchone() == (2048,)

"reporting.answer_count: what the buckets counted, together"

from pipeline.engine.relations import create
from tests.clinic import holds, insert
from tests.gates import gated


def test_the_counts_of_the_buckets_add_up():
    con = gated()
    con.execute("create schema bucket; create schema reporting")
    con.execute("create table bucket.answer_count (site varchar, dimension varchar, name varchar, patients bigint)")  # fmt: skip
    insert(con, "bucket.answer_count", """
        site | dimension | name | patients
        Hill | band      | low  | 2
        Hill | band      | low  | 3
        Dale | band      | low  | 1
    """)  # fmt: skip
    create(con, "reporting.answer_count")
    holds(con, "reporting.answer_count", """
        site | dimension | name | patients
        Hill | band      | low  | 5
        Dale | band      | low  | 1
    """)  # fmt: skip

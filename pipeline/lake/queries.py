"""A question to the lake and the protocol."""

from pipeline.engine import connect, reading, rows_of
from pipeline.lake import tables as lake
from pipeline.protocol import register_vocabulary


def query(home, select, values=(), *, before=lambda con: None):
    """The rows of a SELECT over `lake.*` and `protocol.*` as dicts. before: what else the connection needs."""
    con = connect()
    register_vocabulary(con)
    with reading(home):
        lake.attach(con, home)
        before(con)
        rows = rows_of(con, select, values)
    con.close()
    return rows

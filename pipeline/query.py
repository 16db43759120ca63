"""A question to the lake and the protocol."""

from pipeline import lake
from pipeline.database import connect
from pipeline.protocol.tables import register_vocabulary


def query(home, select, values=(), *, before=lambda con: None):
    """The rows of a SELECT over `lake.*` and `protocol.*` as dicts. before: what else the connection needs."""
    con = connect()
    register_vocabulary(con)
    lake.attach(con, home)
    before(con)
    cursor = con.execute(select, list(values))
    columns = [column[0] for column in cursor.description]
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    con.close()
    return rows

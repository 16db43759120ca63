"""Queries over the lake and the protocol."""

from contextlib import closing

from pipeline.engine import connect, rows_of, storage_errors
from pipeline.lake.views import attach
from pipeline.protocol import register_vocabulary


def query(home, select, values=(), *, before=lambda con: None):
    """The rows of a SELECT over `lake.*` and `protocol.*` as dicts. before: what else the
    connection needs."""
    with closing(connect()) as con, storage_errors(home):
        register_vocabulary(con)
        attach(con, home)
        before(con)
        return rows_of(con, select, values)

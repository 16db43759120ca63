"""Queries over the lake and the protocol."""

from contextlib import closing

from pipeline.engine import connect, rows_of, storage_errors
from pipeline.lake.schema import TABLES
from pipeline.lake.views import attach
from pipeline.protocol import register_vocabulary


def query(home, select, values=(), *, before=lambda con: None, only=TABLES):
    """The rows of a SELECT over `lake.*` and `protocol.*` as dicts. before: what else the
    connection needs. only: the tables of the lake that are opened, besides `delivery`."""
    with closing(connect()) as con, storage_errors(home):
        register_vocabulary(con)
        attach(con, home, only=only)
        before(con)
        return rows_of(con, select, values)

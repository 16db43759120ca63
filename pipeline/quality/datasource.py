"""A Great Expectations data source over a DuckDB connection that is open already. Imported late:
see `suites`."""

import atexit
from contextlib import contextmanager
from typing import Literal

import duckdb_sqlalchemy
import great_expectations
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from sqlalchemy.pool import StaticPool

# Something in Great Expectations outlives the interpreter and holds this module, and through it
# DuckDB's types: DuckDB's binding then prints 40 lines about leaks at exit. Letting go of the
# module's content breaks that chain.
atexit.register(duckdb_sqlalchemy.__dict__.clear)


class DuckdbExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps its connection open: DuckDB drops a result that is not fetched yet when its connection
    is given back.

    Great Expectations fetches after giving back, which every metric answers with "list index out of
    range".
    """

    @contextmanager
    def get_connection(self):
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class DuckdbDatasource(SQLDatasource):
    """One schema of the database, of the same name as the data source; the metaclass adds
    `data_sources.add_duckdb`."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def schema_(self):
        return self.name

    @property
    def execution_engine_type(self):
        return DuckdbExecutionEngine


def open_context():
    """A context without files, analytics or progress bars."""
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # It is kept nowhere, yet each addition writes it as YAML: a sixth of the time of all suites.
    context._save_project_config = lambda: None
    return context


def add_schema(context, con, schema):
    """The data source for one schema of the database that the DuckDB connection `con` is open on;
    `close` it."""
    kwargs = {
        "creator": lambda: ConnectionWrapper(_cursor(con)),
        "poolclass": StaticPool,
        # else the first failed statement aborts a transaction and every later one fails with it
        "isolation_level": "AUTOCOMMIT",
    }
    # the address only names the dialect
    return context.data_sources.add_duckdb(
        name=schema, connection_string="duckdb:///:memory:", kwargs=kwargs
    )


def _cursor(con):
    "Another connection to the same database; settings of the session are its own"
    cursor = con.cursor()
    cursor.execute("set timezone = 'UTC'")
    cursor.execute("set enable_progress_bar = false")
    return cursor


def validate(datasource, relation, suite, result_format):
    """The results of a suite (its JSON as a dict), evaluated on one relation of the data source."""
    batch = (
        datasource.add_table_asset(relation).add_batch_definition_whole_table("whole").get_batch()
    )
    expectations = great_expectations.ExpectationSuite(
        name=suite["name"], expectations=suite["expectations"]
    )
    if len(expectations.expectations) < len(
        suite["expectations"]
    ):  # what it does not know it logs, and leaves out
        raise ValueError("an expectation has an unknown type or wrong arguments")
    return batch.validate(expectations, result_format=result_format).results


def close(datasource):
    """Close its cursors: an open one keeps the database file open."""
    execution_engine = datasource.get_execution_engine()
    if execution_engine._connection is not None:
        execution_engine._connection.close()
    for engine in (execution_engine.engine, datasource.get_engine()):
        engine.dispose()

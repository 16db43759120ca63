"""Many rows at once: COPY into PostgreSQL, one prepared statement in SQLite.

Rows are plain tuples of texts, numbers and truth values, in batches; a day is a text such as
2026-02-01.
"""

from contextlib import closing, contextmanager
from itertools import chain

from sqlalchemy.exc import DBAPIError

AT_ONCE = 20_000  # rows of a batch
READ_AT_ONCE = 5_000


def batches(cursor):
    """The rows of a DuckDB cursor, never more than a batch in memory."""
    while batch := cursor.fetchmany(AT_ONCE):
        yield batch


def read(con, select):
    """The rows of a SELECT as plain tuples, as the driver has them, in batches."""
    statement = str(select.compile(con, compile_kwargs={"literal_binds": True}))
    # a named cursor of PostgreSQL leaves the rows at the server until they are fetched
    named = {} if con.dialect.name == "sqlite" else {"name": "rows_read"}
    with (
        _errors_of_sqlalchemy(con, statement),
        closing(con.connection.cursor(**named)) as cursor,
    ):
        cursor.execute(statement)
        while batch := cursor.fetchmany(READ_AT_ONCE):
            yield batch


def insert(con, table, columns, rows):
    """Insert batches of rows into a table; columns: their names."""
    listed = ", ".join(f'"{name}"' for name in columns)
    if con.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        _execute_many(con, f"insert into {table} ({listed}) values ({places})", rows)
    else:
        _copy(con, f"copy {table} ({listed}) from stdin", rows)


def update(con, *, columns, key, values, rows):
    """Update items by batches of rows, which `values` names `new`.

    columns: the name of each cell of a row -> the column of `item` that has its type. key: the cell
    by which an item is found. values: column -> SQL expression.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rows, where = chain([first], rows), f"item.{columns[key]} = new.{key}"
    changed = ", ".join(f"{name} = {value}" for name, value in values.items())
    if con.dialect.name == "sqlite":
        cells = ", ".join(f"? as {name}" for name in columns)
        statement = f"update item set {changed} from (select {cells}) as new where {where}"
        _execute_many(con, statement, rows)
        return
    cells = ", ".join(f"{column} as {name}" for name, column in columns.items())
    con.exec_driver_sql(f"create temp table new as select {cells} from item with no data")
    _copy(con, "copy new from stdin", rows)
    con.exec_driver_sql("analyze new")
    con.exec_driver_sql(f"update item set {changed} from new where {where}")
    con.exec_driver_sql("drop table new")


def merge(con, table, *, key, columns, values, rows):
    """Insert batches of rows, or update those that are there already.

    key: the column by which a row is found. columns: their names, that of the key first. values:
    column -> SQL expression, in which the row that is there is `table`, and the other `excluded`.
    """
    listed = ", ".join(columns)
    changed = ", ".join(f"{name} = {value}" for name, value in values.items())
    on_conflict = f"on conflict ({key}) do update set {changed}"
    if con.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        statement = f"insert into {table} ({listed}) values ({places}) {on_conflict}"
        _execute_many(con, statement, rows)
        return
    con.exec_driver_sql(f"create temp table new as select {listed} from {table} with no data")
    _copy(con, f"copy new ({listed}) from stdin", rows)
    # in one order, so that two who merge do not wait for each other
    con.exec_driver_sql(
        f"insert into {table} ({listed}) select {listed} from new order by {key} {on_conflict}"
    )
    con.exec_driver_sql("drop table new")


def _execute_many(con, statement, rows):
    for batch in rows:
        con.exec_driver_sql(statement, batch)


def _copy(con, statement, rows):
    with (
        _errors_of_sqlalchemy(con, statement),
        con.connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for batch in rows:
            for row in batch:
                copy.write_row(row)


@contextmanager
def _errors_of_sqlalchemy(con, statement):
    "What the driver raises quotes the row; it is handled with every other error of a statement"
    of_driver = con.dialect.loaded_dbapi.Error
    try:
        yield
    except of_driver as error:
        raise DBAPIError.instance(
            statement, None, error, of_driver, hide_parameters=True, dialect=con.dialect
        ) from None

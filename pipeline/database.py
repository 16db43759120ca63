"""DuckDB connections as this project uses them: bounded, closed to the network, in UTC."""

import duckdb

from pipeline.config import memory_limit


def connect(path=":memory:", *, spill=None, read_only=False):
    """A connection that uses no more memory than allowed, spills beside its file or into `spill`, and loads no extension."""
    config = {
        "memory_limit": memory_limit(), "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    }  # fmt: skip
    if spill:
        config["temp_directory"] = str(spill)
    con = duckdb.connect(str(path), read_only=read_only, config=config)
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    return con


def rows_of(con, select, values=()):
    """The rows of a SELECT as dicts, by column."""
    cursor = con.execute(select, list(values))
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

"""CSV and Parquet files as text tables with line numbers. Nothing is sniffed: dialect and columns
come from the profile."""

import csv
from pathlib import Path

from pipeline.core import Refused
from pipeline.engine import (
    EngineError,
    is_disk_or_memory_error,
    quoted_identifier,
    quoted_text,
    view_of_parquet,
    write_error,
)
from pipeline.readers.lines import note_ragged, number


def load_table(con, path, *, columns, profile, into, folder):
    """Create the view `into`: every delivered column as text (null when empty), and `line`, counted
    as in the file; returns the names of the file's header.

    The rows go into a Parquet file of `folder`, in their order: half the cost of a DuckDB table,
    and no memory. columns: `{required: [...], optional: [...], verbatim: [...]}`, in lower case; in
    a verbatim one words that stand for nothing (NULL) stay words. Rows that do not fit the header
    go into `landing.ragged (line)`. Raises Refused when the file cannot be read whole.
    """
    is_parquet = Path(path).suffix == ".parquet"
    known = list(dict.fromkeys([*columns["required"], *columns["optional"]]))
    scan, header = _parquet(con, path) if is_parquet else _csv(con, path, profile.dialect)
    _check_header(header, columns["required"], known, profile.other_columns == "ignored")
    verbatim = columns.get("verbatim", ())
    _keep(con, f"select {_texts(header, known, verbatim)} from {scan}", path, folder)
    if is_parquet:
        con.execute("create or replace table landing.line_shift (record bigint, shift bigint)")
        con.execute("create or replace table landing.ragged (line bigint)")
    else:
        note_ragged(con, path, profile.dialect)
    number(con, into, first=1 if is_parquet else 2)
    names = [name.strip().lower() for name in header]
    header_table = "create or replace table landing.header as select unnest($1::varchar[]) as name"
    con.execute(header_table, [names])
    return names


def header_of(con):
    """The names of the header of the table that was read last, in lower case."""
    return [name for (name,) in con.execute("select name from landing.header").fetchall()]


def _texts(header, known, verbatim):
    delivered = {name.strip().lower(): name for name in header}
    return ", ".join(
        f"{_text(delivered.get(name), name in verbatim)} as {quoted_identifier(name)}"
        for name in known
    )


def _text(column, is_verbatim):
    if column is None:
        return "cast(null as varchar)"
    cell = f"trimmed(cast({quoted_identifier(column)} as varchar))"
    return f"nullif({cell}, '')" if is_verbatim else f"filled({cell})"


def _keep(con, select, path, folder):
    try:
        view_of_parquet(con, "landing.raw", select, folder, is_numbered=True)
    except EngineError as error:
        if is_disk_or_memory_error(error):
            raise write_error(folder, error) from None
        raise Refused(
            f"the file cannot be read: {_first_line(error, path.parent, folder)}"
        ) from None


def _parquet(con, path):
    scan = f"read_parquet({quoted_text(path)})"
    try:
        described = con.execute(f"describe select * from {scan}").fetchall()
    except EngineError as error:
        raise Refused(
            f"the file is not readable Parquet: {_first_line(error, path.parent)}"
        ) from None
    nested = [
        name
        for name, kind, *_ in described
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    ]
    if nested:
        raise Refused(f"the column {nested[0]} contains lists or records instead of single values")
    return scan, [name for name, *_ in described]


def _csv(con, path, dialect):
    header = read_header(path, dialect)
    columns = ", ".join(f"{quoted_text(name)}: 'VARCHAR'" for name in header)
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    delimiter, quote = quoted_text(dialect.delimiter), quoted_text(dialect.quote)
    scan = (
        f"read_csv({quoted_text(path)}, auto_detect = false, header = true, delim = {delimiter}, "
        f"quote = {quote}, escape = {quote}, encoding = '{dialect.encoding}', "
        f"columns = {{{columns}}}, store_rejects = true, max_line_size = 1000000)"
    )
    return scan, header


def read_header(path, dialect):
    """The column names of a CSV file's first line. Raises Refused."""
    try:
        with path.open(encoding=_python_encoding(dialect), newline="") as file:
            header = next(
                csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote), []
            )
    except UnicodeDecodeError as error:
        raise Refused(
            f"the file is not {dialect.encoding} (byte {error.start} cannot be read)"
        ) from None
    except csv.Error as error:
        raise Refused(f"the header cannot be read: {error}") from None
    if not [name for name in header if name.strip()]:
        raise Refused("the file has no header line")
    return header


def _python_encoding(dialect):
    return "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding


def _check_header(header, required, known, others_ignored):
    names = [name.strip().lower() for name in header]
    missing = [name for name in required if name not in names]
    unexpected = [name for name in names if name not in known]
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing:
        raise Refused(
            f"the first line is not the header of this entity: it lacks {', '.join(missing)}"
        )
    if twice:
        raise Refused(f"the header names the column {', '.join(twice)} twice")
    if unexpected and not others_ignored:
        raise Refused(
            f"the header names the unknown column {', '.join(unexpected)}; known:"
            f" {', '.join(known)}"
        )


def _first_line(error, *folders):
    """The first line of a DuckDB message, which names the fault, without the folders of files;
    later lines may quote the data"""
    line = str(error).split("\n", 1)[0]
    for folder in folders:
        line = line.replace(f"{folder}/", "")
    return line.split(": ", 1)[-1][:200]

"""CSV and Parquet files as text tables with line numbers. Nothing is sniffed: dialect and columns
come from the profile."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.core import Refused
from pipeline.engine import (
    EngineError,
    fault_of,
    is_disk_or_memory_error,
    quoted_identifier,
    quoted_text,
    view_of_parquet,
    write_error,
)
from pipeline.readers.causes import cause_in_dialect, cause_of_lacking
from pipeline.readers.cells import delivered_column
from pipeline.readers.decoded import DAMAGED, check_parquet
from pipeline.readers.limits import check_cell, check_columns
from pipeline.readers.lines import note_lines, number
from pipeline.readers.loaded import LINES
from pipeline.readers.rows.form import LONGEST
from pipeline.readers.rows.header import read_header
from pipeline.readers.rows.survey import survey

SHOWN = 10  # unknown columns that a refusal names
_NAME = re.compile(r"[a-z][a-z_ ]{0,39}")
NO_LINES = np.empty(0, np.int64), np.empty((0, 2), np.int64)


class MissingColumns(Refused):
    """A table without columns that it must have: it is another table than is expected."""


@dataclass(frozen=True)
class TableHeader:
    """The header of a table: its columns' names in lower case, and how many columns have none."""

    names: list
    nameless: int = 0


def load_table(con, path, *, columns, profile, into, folder):
    """Create the view `into`: every delivered column as text (null when empty), and `line`, counted
    as in the file; returns its TableHeader.

    The rows go into a Parquet file of `folder`, in their order: half the cost of a DuckDB table,
    and no memory. columns: `{required: [...], optional: [...], verbatim: [...]}`, in lower case; in
    a verbatim one words that stand for nothing (NULL) stay words. Rows that do not fit the header
    go into `landing.ragged (line)`. Raises Refused when the file cannot be read whole.
    """
    load = _load_parquet if Path(path).suffix == ".parquet" else _load_csv
    names = load(con, path, columns=columns, profile=profile, into=into, folder=folder)
    return note_header(con, names)


def note_header(con, names):
    """Keep the names of a header for `header_of`; returns the TableHeader."""
    header = TableHeader([name for name in names if name], names.count(""))
    header_table = "create or replace table landing.header as select unnest($1::varchar[]) as name"
    con.execute(header_table, [header.names])
    return header


def header_of(con):
    """The names of the header of the table that was read last, in lower case."""
    return [name for (name,) in con.execute("select name from landing.header").fetchall()]


def _load_parquet(con, path, *, columns, profile, into, folder):
    scan, delivered = _parquet(con, path)
    names = _names(delivered)
    known = _check_names(names, columns, profile, lambda: "")
    verbatim = columns.get("verbatim", ())
    _keep(con, _select(scan, names, delivered, known, verbatim), folder)
    _check_cells(con, known)
    note_lines(con, *NO_LINES)
    number(con, into, first=1, not_all_empty=[delivered_column(name) for name in known])
    return names


def _load_csv(con, path, *, columns, profile, into, folder):
    names, surveyed = survey_csv(path, columns=columns, profile=profile, folder=folder)
    load_surveyed(
        con, {0: surveyed}, names, columns=columns, profile=profile, into=into, folder=folder
    )
    return names


def survey_csv(path, *, columns, profile, folder):
    """The names of a CSV file's header, in lower case, and its Survey. Raises Refused where it
    cannot be read, or its columns are not those that `load_table` is given."""
    dialect, required = profile.dialect, columns["required"]
    try:
        header = read_header(path, dialect)
    except Refused as refusal:
        raise Refused(f"{refusal}{cause_in_dialect(path, dialect, required)}") from None
    check_columns(len(header.cells))
    names = _names(header.cells)
    _check_names(names, columns, profile, lambda: cause_of_lacking(path, dialect, required, header))
    return names, survey(path, header, dialect, folder)


def load_surveyed(con, surveys, names, *, columns, profile, into, folder):
    """As `load_table`, of CSV files whose headers have these names and whose dialect is that of the
    profile. surveys: number of a file -> Survey; its lines begin above `LINES` times the number."""
    cells = [f"column{place}" for place in range(len(names))]
    paths = [surveyed.path for surveyed in surveys.values()]
    scan = _scan_of_csv(con, paths, profile.dialect, cells)
    known, verbatim = _known(columns), columns.get("verbatim", ())
    _keep(con, _select(scan, names, cells, known, verbatim), folder)
    records = sum(surveyed.records for surveyed in surveys.values())
    _check_read_as_surveyed(con, records, profile.dialect)
    note_lines(con, *_lines(surveys))
    number(con, into, first=2)


def _lines(surveys):
    "The ragged lines of all files, and the shifts of their records, numbered one after the other"
    ragged, shifts, before = [], [], 0
    for number_of_file, surveyed in surveys.items():
        above = number_of_file * LINES
        ragged.append(surveyed.ragged + above)
        moved = surveyed.shifts + np.array([[before, above - before]])
        if surveyed.records and above and not (len(moved) and moved[0][0] == before):
            shifts.append(np.array([[before, above - before]]))
        shifts.append(moved)
        before += surveyed.records
    return np.concatenate(ragged), np.concatenate(shifts)


def _names(delivered):
    return [name.strip().lower() for name in delivered]


def _select(scan, names, delivered, known, verbatim):
    """The cells of the known columns, trimmed and then emptied: in two steps, as a macro repeats
    its argument wherever it names it"""
    columns = {name: column for name, column in zip(names, delivered, strict=True) if name}
    texts = ", ".join(f"{_text(columns.get(name))} as {delivered_column(name)}" for name in known)
    cells = ", ".join(
        f"{_emptied(delivered_column(name), name in verbatim)} as {delivered_column(name)}"
        for name in known
    )
    return f"select {cells} from (select {texts} from {scan})"


def _text(column):
    if column is None:
        return "cast(null as varchar)"
    return f"trimmed(cast({quoted_identifier(column)} as varchar))"


def _emptied(cell, is_verbatim):
    return f"nullif({cell}, '')" if is_verbatim else f"filled({cell})"


def _keep(con, select, folder):
    try:
        view_of_parquet(con, "landing.raw", select, folder, is_numbered=True)
    except EngineError as error:
        if is_disk_or_memory_error(error):
            raise write_error(folder, error) from None
        raise Refused(f"the file cannot be read: {fault_of(error)}") from None


def _check_cells(con, names):
    "Of a CSV no record is longer than LONGEST"
    lengths = ", ".join(f"coalesce(max(strlen({delivered_column(name)})), 0)" for name in names)
    [[longest]] = con.execute(f"select greatest(0, {lengths}) from landing.raw").fetchall()
    check_cell(longest)


def _parquet(con, path):
    check_parquet(path)
    scan = f"read_parquet({quoted_text(path)})"
    try:
        described = con.execute(f"describe select * from {scan}").fetchall()
    except EngineError as error:
        if is_disk_or_memory_error(error):
            raise write_error(path.parent, error) from None
        raise Refused(DAMAGED) from None
    nested = [
        name
        for name, kind, *_ in described
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    ]
    if nested:
        raise Refused(f"the column {nested[0]} contains lists or records instead of single values")
    return scan, [name for name, *_ in described]


def _scan_of_csv(con, paths, dialect, cells):
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    columns = ", ".join(f"{quoted_text(name)}: 'VARCHAR'" for name in cells)
    files = ", ".join(map(quoted_text, paths))
    delimiter, quote = quoted_text(dialect.delimiter), quoted_text(dialect.quote)
    return (
        f"read_csv([{files}], auto_detect = false, header = true, delim = {delimiter}, "
        f"quote = {quote}, escape = {quote}, encoding = '{dialect.encoding}', "
        # a cell may grow to four times its size when its quotes are doubled
        f"columns = {{{columns}}}, store_rejects = true, max_line_size = {4 * LONGEST})"
    )


def _check_read_as_surveyed(con, wanted, dialect):
    "Only rows that fit were left to read: a fault, or another number of rows, is an error of ours"
    kinds = {kind for (kind,) in con.execute("select error_type from reject_errors").fetchall()}
    if "INVALID ENCODING" in kinds:
        raise Refused(
            f'the file is not {dialect.encoding}: set dialect.encoding, for example to "cp1252"'
        )
    [[records]] = con.execute("select count(*) from landing.raw").fetchall()
    if kinds or records != wanted:
        raise Refused(
            f"its lines cannot all be accounted for: {wanted} rows fit, and {records}"
            " were read; report it"
        )


def _known(columns):
    return list(dict.fromkeys([*columns["required"], *columns["optional"]]))


def _told(unexpected, names):
    "Columns by their names, or by their places where a value may have slipped into the header"
    if all(_NAME.fullmatch(name) for name in unexpected[:SHOWN]):
        named = unexpected
    else:
        named = [f"no. {names.index(name) + 1}" for name in unexpected[:SHOWN]]
    more = f" and {len(unexpected) - SHOWN:,} more" if len(unexpected) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more


def _check_names(names, columns, profile, cause):
    """The columns that may be read. Raises Refused where the names are not those of the profile;
    what it does not read may have any name, or none"""
    known = _known(columns)
    missing = sorted(set(columns["required"]) - set(names), key=columns["required"].index)
    unexpected = [name for name in names if name and name not in set(known)]
    times = Counter(names)
    twice = [name for name in known if times[name] > 1]
    if missing:
        raise MissingColumns(
            "the first line is not the header of this entity: it lacks"
            f" {', '.join(missing)}{cause()}"
        )
    if twice:
        raise Refused(f"the header names the column {', '.join(twice)} twice")
    if unexpected and profile.other_columns != "ignored":
        raise Refused(
            f"the header names the unknown column {_told(unexpected, names)}; known:"
            f" {', '.join(known)}"
        )
    return known

"""The lake's Delta tables: one for each kind of accepted row, one for rejected rows, one for the
account of each delivery.

An append is atomic, and happens once for each transaction id, however often it is tried.
"""

import json
import time
import uuid
from urllib.parse import unquote

import pyarrow as pa
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Schema,
    Transaction,
    write_deltalake,
)
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction

from pipeline.core import ENTITIES, LakeUnavailable
from pipeline.engine import scan_of_parquet
from pipeline.lake.form import note_form, older
from pipeline.lake.object_store import lake_errors, reach, storage_options, unavailable
from pipeline.lake.places import check_is_ours, place_of
from pipeline.lake.schema import ADDED, COLUMNS, NO_STATISTICS, TABLES, arrow_schema

ROWS_AT_ONCE = 500  # of one DELETE
FORMAT = "format parquet, compression zstd, row_group_size 32768, return_stats"


def open_table(home, table, version=None):
    """The Delta table, or None where nothing was ever appended. Raises LakeUnavailable."""
    place = place_of(home)
    return place and _open_at(home, place, table, version)


def _open_at(home, place, table, version=None):
    try:
        options = storage_options(home)
        return DeltaTable(place.table(table), version=version, storage_options=options)
    except TableNotFoundError:
        return None
    except (DeltaError, OSError, ValueError) as error:
        if home.lake_url and isinstance(error, OSError):
            raise unavailable(home) from None
        raise LakeUnavailable(
            f"The lake table {table} under {home.lake_name} cannot be opened"
            f" ({type(error).__name__}). Check that it exists and is readable; if its log is"
            " damaged, restore it from the backup."
        ) from None


def check_columns(home, table, delta, *, may_lack=()):
    """Raises LakeUnavailable where an earlier version of this program wrote the table with other
    columns. may_lack: those that it need not have."""
    ours = set(COLUMNS[table])
    if delta and not ours - set(may_lack) <= _columns_of(delta) <= ours:
        raise older(home)


def _columns_of(delta):
    return {field.name for field in delta.schema().fields}


def scan_with_added(delta, table):
    """As `scan_of`, of a table that may lack the columns of ADDED: they are null then."""
    absent = [name for name in ADDED.get(table, ()) if name not in _columns_of(delta)]
    nulls = "".join(f', cast(null as {COLUMNS[table][name]}) as "{name}"' for name in absent)
    return f"select *{nulls} from ({scan_of(delta, table)}) where true"


def file_paths(delta):
    """The paths of a table's files, in order; the log writes them as addresses, in which a space is
    %20."""
    return sorted(unquote(uri.removeprefix("file://")) for uri in delta.file_uris())


def append(con, home, table, select, transactions):
    """Append the rows of a SELECT (columns by name as in COLUMNS); returns their number.

    transactions: the ids under which it happens. A single one happens once, however often it is
    tried; that several have not happened is for the caller to know: to look one up takes as long as
    there were ids before.
    """
    place = note_form(home)
    delta = _open_at(home, place, table) or _create(home, place, table)
    check_columns(home, table, delta)
    if len(transactions) == 1 and delta.transaction_version(transactions[0]) is not None:
        return 0
    path = f"{place.table(table)}/part-{uuid.uuid4()}.parquet"
    columns = ", ".join(
        f'cast("{name}" as {kind}) as "{name}"' for name, kind in COLUMNS[table].items()
    )
    copied = (
        f"copy (select {columns} from ({select}) {order_of(table)}) to $1 ({FORMAT},"
        " write_empty_file false)"
    )
    committed = [Transaction(app_id=each, version=1) for each in transactions]
    with lake_errors(home):
        reach(con, home)
        written = con.execute(copied, [path]).fetchall()
        if written:
            commit(delta, "append", written, committed)
    return sum(rows for _, rows, *_ in written)


def order_of(table):
    """The ORDER BY of a table's files: rows of patients by their ids, so that a range of ids is in
    few of its row groups."""
    return "order by patient_id" if table in ENTITIES else ""


def commit(delta, mode, files, transactions=()):
    """Add files, as (path, rows, bytes, …), to a table in one commit. mode: `append`, or
    `overwrite` where they take the place of all that it has."""
    actions = [
        AddAction(
            path=path.rsplit("/", 1)[-1],
            size=size,
            partition_values={},
            modification_time=time.time_ns() // 1_000_000,
            data_change=mode == "append",
            stats=json.dumps({"numRecords": rows}),
        )
        for path, rows, size, *_ in files
    ]
    delta.create_write_transaction(
        actions,
        mode,
        delta.schema(),
        commit_properties=CommitProperties(app_transactions=list(transactions)),
        post_commithook_properties=PostCommitHookProperties(
            create_checkpoint=True, cleanup_expired_logs=False
        ),
    )


def _create(home, place, table):
    place.make_table(table)
    with lake_errors(home):
        return DeltaTable.create(
            place.table(table), Schema.from_arrow(arrow_schema(table)), mode="ignore", name=table,
            configuration=NO_STATISTICS, storage_options=storage_options(home),
        )  # fmt: skip


def scan_of(delta, table):
    """The SELECT of a table's rows, which ends in a condition; of no rows where it is None."""
    if delta is None or not (paths := file_paths(delta)):
        columns = ", ".join(
            f'cast(null as {kind}) as "{name}"' for name, kind in COLUMNS[table].items()
        )
        return f"select {columns} where false"
    return f"select * from {scan_of_parquet(paths)} where true"


def vacuum(home, keep_hours=30 * 24):
    """Delete files that no version of the last `keep_hours` reads, and orphans of killed writers;
    returns how many by table. While no row is being written: its file looks like an orphan."""
    options = {
        "retention_hours": keep_hours, "dry_run": False, "enforce_retention_duration": False,
        "full": True,
    }  # fmt: skip
    check_is_ours(home)
    with lake_errors(home):
        return {table: len(delta.vacuum(**options)) for table, delta in open_tables(home)}


def open_tables(home):
    """(name, Delta table) of every table that there is."""
    for table in TABLES:
        if delta := open_table(home, table):
            yield table, delta


def erase(con, home, table, patient_ids, *, unread=None, merged_in=()):
    """Delete every row of these patient ids, of the rows whose person is not known those of the
    lines `unread` (SHA-256 -> lines), and in these sources those that merge a patient into one of
    them; returns how many.

    The log keeps the condition of a deletion for ever, so the condition names files, lines and
    places, never a patient.
    """
    delta = open_table(home, table)
    if delta is None:
        return 0
    check_is_ours(home)
    with lake_errors(home):
        reach(con, home)
        rows = _rows_to_erase(con, delta, table, patient_ids, unread=unread, merged_in=merged_in)
        return sum(
            _erase_rows(delta, sha256, lines[start : start + ROWS_AT_ONCE])
            for sha256, lines in rows
            for start in range(0, len(lines), ROWS_AT_ONCE)
        )


def _rows_to_erase(con, delta, table, patient_ids, *, unread, merged_in):
    rows = _rows_of(con, delta, table, patient_ids)
    if merged_in and table == "patient":
        merged = "list_contains($1, merged_into) and list_contains($2, source)"
        values = [list(patient_ids), list(merged_in)]
        rows += _select_rows(con, delta, table, merged, values)
    for sha256, lines in (unread or {}).items() if table == "rejected_row" else ():
        unknown = "patient_id is null and sha256 = $1 and list_contains($2, line)"
        rows += _select_rows(con, delta, table, unknown, [sha256, list(lines)])
    return rows


def count_of_patients(con, home, table, patient_ids):
    """How many rows of a table are of these patient ids."""
    delta = open_table(home, table)
    with lake_errors(home):
        reach(con, home)
        rows = _rows_of(con, delta, table, patient_ids) if delta else ()
    return sum(len(lines) for _, lines in rows)


def replace_rows(home, table, sha256, rows):
    """Put these rows, dicts by column, in the place of all of one file, in one commit."""
    table_of_rows = pa.Table.from_pylist(rows, arrow_schema(table))
    if delta := open_table(home, table):
        with lake_errors(home):
            predicate = f"sha256 = '{sha256}'"
            write_deltalake(delta, table_of_rows, mode="overwrite", predicate=predicate)


def redact_refusal(home, sha256, text):
    """Replace the reason for which a file was refused."""
    if delta := open_table(home, "delivery"):
        predicate = f"sha256 = '{sha256}' and refused is not null"
        with lake_errors(home):
            delta.update(new_values={"refused": text}, predicate=predicate)


def _rows_of(con, delta, table, patient_ids):
    theirs = "list_contains($1::varchar[], patient_id)"
    return _select_rows(con, delta, table, theirs, [list(patient_ids)])


def _select_rows(con, delta, table, condition, values):
    "Of each file the rows for which this holds, as (line, place)"
    return con.execute(
        f"select sha256, list((line, place) order by line, place) from ({scan_of(delta, table)})"
        f" where {condition} group by sha256 order by sha256",
        values,
    ).fetchall()


def _erase_rows(delta, sha256, rows):
    by_place = {}
    for line, place in rows:
        by_place.setdefault(place, []).append(str(line))
    conditions = (
        f"(place {'is null' if place is None else f'= {place}'} and line in ({', '.join(lines)}))"
        for place, lines in by_place.items()
    )
    deleted = delta.delete(f"sha256 = '{sha256}' and ({' or '.join(conditions)})")
    return int(deleted["num_deleted_rows"])

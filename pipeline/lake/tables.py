"""The lake: one Delta table for each kind of accepted row, one for rejected rows, one for the account of each delivery.

An append is atomic, and happens once for each transaction id, however often it is tried.
"""

import json
import uuid
from urllib.parse import unquote

from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction

from pipeline.core import ENTITIES, LakeUnavailable
from pipeline.lake.schema import COLUMNS, NO_STATISTICS, TABLES, arrow_schema
from pipeline.lake.swap import folder_of


def open_table(home, table, version=None):
    """The Delta table, or None where nothing was ever appended. Raises LakeUnavailable."""
    try:
        return DeltaTable(str(folder_of(home) / table), version=version)
    except TableNotFoundError:
        return None
    except (DeltaError, OSError, ValueError) as error:
        raise LakeUnavailable(
            f"The lake table {table} under {home.lake} cannot be opened ({type(error).__name__}). "
            "Check that the folder is there and readable; restore it from the backup if its log is damaged."
        ) from None


def append(con, home, table, select, transaction):
    """Append the rows of a SELECT (columns by name as in COLUMNS) once for this transaction id; returns their number."""
    delta = open_table(home, table) or _create(home, table)
    if delta.transaction_version(transaction) is not None:
        return 0
    path = home.lake / table / f"part-{uuid.uuid4()}.parquet"
    columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in COLUMNS[table].items())
    rows = con.execute(f"copy (select {columns} from ({select})) to '{_quoted(path)}' (format parquet, compression zstd)").fetchone()[0]
    if not rows:
        path.unlink()
        return 0
    _commit(delta, path, rows, transaction)
    return rows


def _commit(delta, path, rows, transaction):
    stat = path.stat()
    action = AddAction(
        path=path.name, size=stat.st_size, partition_values={}, modification_time=int(stat.st_mtime * 1000),
        data_change=True, stats=json.dumps({"numRecords": rows}),
    )  # fmt: skip
    delta.create_write_transaction(
        [action], "append", delta.schema(),
        commit_properties=CommitProperties(app_transactions=[Transaction(app_id=transaction, version=1)]),
        post_commithook_properties=PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False),
    )  # fmt: skip


def _create(home, table):
    (home.lake / table).mkdir(parents=True, exist_ok=True, mode=0o700)
    return DeltaTable.create(
        str(home.lake / table), Schema.from_arrow(arrow_schema(table)), mode="ignore", name=table, configuration=NO_STATISTICS
    )


def attach(con, home, *, versions=None, patients=None, only=TABLES):
    """Make every lake table, or `only` these and `delivery`, a view of the schema `lake`; returns the version of each.

    versions: the version of each table to read, else the newest. patients: only the rows of these patient ids, and rows that
    name none. Of a source that delivers snapshots, only the rows of its newest one are in force.
    """
    con.execute("create schema if not exists lake")
    tables = {
        table: open_table(home, table, (versions or {}).get(table)) if (versions or {}).get(table, 0) is not None else None
        for table in TABLES if table in only or table == "delivery"
    }  # fmt: skip
    con.execute(f"create or replace view lake.delivery as {_scan(tables['delivery'], 'delivery')}")
    snapshots = con.execute("select count(*) from lake.delivery where snapshot is not null").fetchone()[0]
    for table, delta in tables.items():
        in_force = _IN_FORCE.format(table=table) if snapshots and table in ENTITIES else ""
        con.execute(f"create or replace view lake.{table} as {_scan(delta, table)}{_only(patients, table)}{in_force}")
    return {table: delta.version() if delta else None for table, delta in tables.items()}


_IN_FORCE = """ and (snapshot is null or (source, snapshot) in (
    select (source, max(snapshot)) from lake.delivery
    where refused is null and snapshot is not null and list_contains(string_split(entities, '|'), '{table}') group by source
))"""


def _scan(delta, table):
    files = [path_of(uri) for uri in delta.file_uris()] if delta else []
    if not files:
        return "select " + ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in COLUMNS[table].items()) + " where false"
    listed = ", ".join(f"'{_quoted(file)}'" for file in sorted(files))
    return f"select * from read_parquet([{listed}]) where true"


def _only(patients, table):
    if patients is None or table not in ENTITIES:
        return ""
    listed = ", ".join("'" + patient.replace("'", "''") + "'" for patient in patients)
    return f" and (patient_id in ({listed}) or patient_id is null)"


def path_of(uri):
    """The path of a file that Delta names by an address, in which a space, say, is %20."""
    return unquote(uri.removeprefix("file://"))


def _quoted(path):
    return str(path).replace("'", "''")


def compact(home):
    """Merge small files of every table; returns how many files each lost."""
    return {table: _removed(delta.optimize.compact()) for table in TABLES if (delta := open_table(home, table))}


def _removed(metrics):
    return int(metrics["numFilesRemoved"]) - int(metrics["numFilesAdded"])


def vacuum(home, keep_hours=30 * 24):
    """Delete files that no version of the last `keep_hours` reads, and orphans of killed writers."""
    return {
        table: len(delta.vacuum(retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False))
        for table in TABLES if (delta := open_table(home, table))
    }  # fmt: skip


def erase(con, home, table, patient_id):
    """Delete every row of a patient id; returns how many.

    The log keeps the condition of a deletion for ever, so it names files and lines, never the patient.
    """
    delta = open_table(home, table)
    if delta is None:
        return 0
    found = con.execute(
        f"select sha256, list(line order by line) from ({_scan(delta, table)}) where patient_id = $1 group by sha256", [patient_id]
    ).fetchall()
    return sum(_erase_lines(delta, sha256, lines[start : start + 1000]) for sha256, lines in found for start in range(0, len(lines), 1000))


def _erase_lines(delta, sha256, lines):
    return int(delta.delete(f"sha256 = '{sha256}' and line in ({', '.join(map(str, lines))})")["num_deleted_rows"])

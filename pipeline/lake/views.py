"""The lake's tables as views of a DuckDB connection, in the schema `lake`."""

from pipeline.core import ENTITIES, LakeUnavailable
from pipeline.engine import quoted_text
from pipeline.lake.form import check_form
from pipeline.lake.schema import TABLES
from pipeline.lake.tables import check_columns, open_table, scan_of

# Of a source that delivers snapshots, only the rows of its newest one are in force
_IN_FORCE = """ and (snapshot is null or (source, snapshot) in (
    select (source, max(snapshot)) from lake.delivery
    where refused is null and snapshot is not null
        and list_contains(string_split(entities, '|'), '{table}')
    group by source
))"""


def attach(con, home, *, versions=None, patients=None, only=TABLES):
    """Create a view `lake.<table>` of every table, or of `delivery` and `only` these; returns the
    version of each.

    versions: the version of each table to read, else the newest; None where a table was not there.
    patients: only the rows of these patient ids, and rows that name none. Of a source that delivers
    snapshots, only the rows of its newest one are in force. Raises LakeUnavailable where another
    version of this program wrote the lake; its accounts can be read in any form.
    """
    con.execute("create schema if not exists lake")
    if only:
        check_form(home)
    tables = {
        table: _open(home, table, versions)
        for table in TABLES
        if table in only or table == "delivery"
    }
    con.execute(
        f"create or replace view lake.delivery as {scan_of(tables['delivery'], 'delivery')}"
    )
    [[snapshots]] = con.execute(
        "select count(*) from lake.delivery where snapshot is not null"
    ).fetchall()
    for table, delta in tables.items():
        in_force = _IN_FORCE.format(table=table) if snapshots and table in ENTITIES else ""
        select = f"{scan_of(delta, table)}{_condition_on(patients, table)}{in_force}"
        con.execute(f"create or replace view lake.{table} as {select}")
    return {table: delta.version() if delta else None for table, delta in tables.items()}


def _open(home, table, versions):
    if versions and versions.get(table, 0) is None:
        return None
    delta = open_table(home, table, (versions or {}).get(table))
    if table != "delivery":
        check_columns(home, table, delta)
    return delta


def _condition_on(patients, table):
    if patients is None or table not in ENTITIES:
        return ""
    return f" and (patient_id in ({', '.join(map(quoted_text, patients))}) or patient_id is null)"


def check_tables_present(con, home, versions):
    """Raises LakeUnavailable where a table is missing although, by the accounts of the attached
    lake, files went into it.

    versions: the version of each table that was attached, None where there is none.
    """
    delivered = con.execute(
        "select distinct unnest(string_split(entities, '|')) as entity from lake.delivery where"
        " refused is null order by entity"
    ).fetchall()
    if missing := [
        table for (table,) in delivered if table in versions and versions[table] is None
    ]:
        raise LakeUnavailable(
            f"Tables of the lake under {home.lake} are missing: {', '.join(missing)}, although"
            " files of these kinds were ingested, so nothing was screened. Restore the backup (b12"
            " restore), or replay the archive: b12 reingest"
        )

"""The lake's tables as views of a DuckDB connection, in the schema `lake`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core import ENTITIES, LakeUnavailable
from pipeline.engine import quoted_text, scan_of_parquet
from pipeline.lake.form import check_form
from pipeline.lake.object_store import lake_errors, reach
from pipeline.lake.schema import TABLES
from pipeline.lake.tables import check_columns, open_table, scan_of

# Of a source that delivers snapshots, only the rows of its newest one are in force
_IN_FORCE = """ and (snapshot is null or (source, snapshot) in (
    select (source, max(snapshot)) from lake.delivery
    where refused is null and snapshot is not null
        and list_contains(string_split(entities, '|'), '{table}')
    group by source
))"""


@dataclass(frozen=True)
class Range:
    """The patient ids from low up to, and without, high; None: without that edge. merged: a Parquet
    file of ids that do not count here, as their rows count with the patient they were merged into.
    apart: the folder in which, by table, those rows lie, each with the `surviving_id` by which it
    belongs to a range, and the rows that name no patient, which belong to every one."""

    low: str | None
    high: str | None
    merged: Path
    apart: Path

    def holds(self, column):
        """The condition on a column of patient ids."""
        edges = [(">=", self.low), ("<", self.high)]
        return " and ".join(f"{column} {sign} {quoted_text(edge)}" for sign, edge in edges if edge)

    def rows_of(self, select, table):
        """Of a SELECT of a table's rows, which ends in a condition, those of this range."""
        apart = scan_of_parquet([self.apart / f"{table}.parquet"])
        return (
            f"select * from ({select} and {self.holds('patient_id')}) as own anti join"
            f" {scan_of_parquet([self.merged])} as merged using (patient_id) union all by"
            f" name select * exclude (surviving_id) from {apart} where surviving_id"
            f" is null or ({self.holds('surviving_id')})"
        )


@dataclass(frozen=True)
class Ids:
    """These patient ids, and the rows that name none."""

    ids: Sequence[str]

    def rows_of(self, select, _table):
        """Of a SELECT of a table's rows, which ends in a condition, those of these ids."""
        listed = ", ".join(map(quoted_text, self.ids))
        return f"{select} and (patient_id in ({listed}) or patient_id is null)"


def attach(con, home, *, versions=None, within=None, only=TABLES):
    """Create a view `lake.<table>` of every table, or of `delivery` and `only` these; returns the
    version of each.

    versions: the version of each table to read, else the newest; None where a table was not there.
    within: Ids or a Range, of which only the rows are shown. Of a source that delivers snapshots,
    only the rows of its newest one are in force. Raises LakeUnavailable where another version of
    this program wrote the lake; its accounts can be read in any form.
    """
    con.execute("create schema if not exists lake")
    if only:
        check_form(home)
    tables = {
        table: _open(home, table, versions)
        for table in TABLES
        if table in only or table == "delivery"
    }
    with lake_errors(home):
        reach(con, home)
        _create_views(con, tables, within)
    return {table: delta.version() if delta else None for table, delta in tables.items()}


def _create_views(con, tables, within):
    for table, delta in tables.items():  # the accounts first
        select = scan_of(delta, table)
        if table in ENTITIES:
            select += _in_force(con, table)
            select = within.rows_of(select, table) if within else select
        con.execute(f"create or replace view lake.{table} as {select}")


def _open(home, table, versions):
    if versions and versions.get(table, 0) is None:
        return None
    delta = open_table(home, table, (versions or {}).get(table))
    if table != "delivery":
        check_columns(home, table, delta)
    return delta


def _in_force(con, table):
    "The condition on rows of sources that deliver snapshots, where any does"
    counted = "select count(*) from lake.delivery where snapshot is not null"
    [[snapshots]] = con.execute(counted).fetchall()
    return _IN_FORCE.format(table=table) if snapshots else ""


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
            f"Tables of the lake under {home.lake_name} are missing: {', '.join(missing)}, although"
            " files of these kinds were ingested, so nothing was screened. Restore the backup (b12"
            " restore), or replay the archive: b12 reingest"
        )

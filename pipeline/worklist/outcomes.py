"""What followed each identification of a patient: kept in the store for the pages, and written as
Parquet for analysts."""

import os

import pyarrow as pa
from sqlalchemy import Date, String, cast, delete, func, select

from pipeline.core import flush, private_folder, zone
from pipeline.engine import build, quoted_text
from pipeline.worklist import bulk
from pipeline.worklist.reconcile import IDS_AT_ONCE, store_parts
from pipeline.worklist.tables import episode, event, item, run

FILE = "outcome.parquet"
BUILT = ("counted_event", "episode", "contacted", "outcome")
KEPT = tuple(column.name for column in episode.c)  # what the store has of an outcome
NUMBERS = (
    "id", "item_id", "merged_into", "priority", "severity", "days_to_return", "days_to_treatment",
)  # fmt: skip
DAYS = tuple(column.name for column in episode.c if isinstance(column.type, Date))
PUBLISHED = (  # what analysts read
    "patient_id", "site", "sex", "age_band", "priority", "action", "severity", *DAYS, "closed_as",
)  # fmt: skip


def _text(column):
    return cast(column, String).label(column.name)


EVENTS = select(
    event.c.id, event.c.item_id, event.c.kind, event.c.from_status, event.c.to_status,
    event.c.outcome, event.c.act, event.c.before, cast(event.c.at, String).label("told_at"),
    _text(run.c.as_of),
).join(run, run.c.run_id == event.c.run_id, isouter=True)  # fmt: skip
ITEMS = select(
    item.c.id, item.c.patient_id, item.c.merged_into,
    func.nullif(item.c.site, "").label("site"), _text(item.c.is_opted_out), item.c.sex,
    _text(item.c.born_on), item.c.priority, item.c.action, item.c.severity,
)  # fmt: skip
KNOWN = select(*(_text(column) if column.name in DAYS else column for column in episode.c))
VIEWS = {
    "event": """
        select
            * exclude (before) replace (cast(as_of as date) as as_of,
                cast(left(told_at, 19) as timestamp) as told_at),
            cast(json_extract_string(before, '$.version') as bigint) as version
        from worklist.read_event
    """,
    "person": """
        select
            * replace (cast(born_on as date) as born_on,
                is_opted_out in ('1', 'true') as is_opted_out)
        from worklist.read_item
    """,
    "known_outcome": f"""
        select * replace ({", ".join(f"cast({day} as date) as {day}" for day in DAYS)})
        from worklist.read_known_outcome
    """,
}


def write_outcomes(con, duck, home, run_id):
    """Bring the table `episode` up to date, and replace `outcomes/outcome.parquet` in the home.

    con: a connection to the store, in which the items follow the run. duck: as
    `reconcile.reconciled` yields it. Asked again, it writes the same.
    """
    _register(con, duck)
    build(duck, [f"worklist.{name}" for name in BUILT])
    _keep(con, duck)
    _publish(duck, home, run_id)


def _register(con, duck):
    duck.execute(f"create table worklist.site_clock as select {quoted_text(str(zone()))} as zone")
    for name, read in (("event", EVENTS), ("item", ITEMS), ("known_outcome", KNOWN)):
        schema = pa.schema(
            [
                (column.name, pa.int64() if column.name in NUMBERS else pa.string())
                for column in read.selected_columns
            ]
        )
        store_parts(duck, f"worklist.read_{name}", schema, bulk.read(con, read))
    for name, rows in VIEWS.items():
        duck.execute(f"create table worklist.{name} as {rows}")


def _keep(con, duck):
    "Write what differs from the store"
    listed = ", ".join(KEPT)
    gone = duck.execute(
        "select id from worklist.known_outcome anti join worklist.outcome using (id)"
    ).fetchall()
    for start in range(0, len(gone), IDS_AT_ONCE):
        ids = [one for (one,) in gone[start : start + IDS_AT_ONCE]]
        con.execute(delete(episode).where(episode.c.id.in_(ids)))
    cells = ", ".join(f"cast({name} as varchar)" if name in DAYS else name for name in KEPT)
    changed = duck.cursor().execute(
        f"select {cells} from (select {listed} from worklist.outcome"
        f" except select {listed} from worklist.known_outcome) as changed"
    )
    values = {name: f"excluded.{name}" for name in KEPT if name != "id"}
    bulk.merge(con, "episode", key="id", columns=KEPT, values=values, rows=bulk.batches(changed))


def _publish(duck, home, run_id):
    if not os.access(home.root, os.W_OK):  # as from Airflow's pages
        return
    rows = f"""
        select {", ".join(PUBLISHED)}, {quoted_text(run_id)} as run_id, run.as_of
        from worklist.outcome cross join worklist.run
        order by identified_on, patient_id
    """
    # not beside its place: what a killed process leaves there would look like what a living writes
    with private_folder(home, "outcomes") as work:
        part = work / FILE
        duck.execute(f"copy ({rows}) to $1 (format parquet, compression zstd)", [str(part)])
        flush(part)
        home.outcomes.mkdir(exist_ok=True, mode=0o700)
        part.replace(home.outcomes / FILE)

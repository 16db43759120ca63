"""Reconcile: what a newly published run does to the items, by the SELECTs of `sql/worklist/` over
the store, the run and the lake.

Of every item only what says whether it may change is read (`worklist.candidate`); facts and texts,
the assessment and the results only of those patients.
"""

from contextlib import closing, contextmanager

import pyarrow as pa
from sqlalchemy import Integer, String, case, cast, func, select

from pipeline import lake
from pipeline.core import private_folder
from pipeline.engine import (
    build,
    connect,
    create,
    create_view,
    scan_of_parquet,
    select_of,
    storage_errors,
    view_of_parquet,
    with_dependencies,
)
from pipeline.protocol import pack_of_run, register
from pipeline.runs import PackVersion, parquet_files, read_manifest
from pipeline.worklist import bulk
from pipeline.worklist.tables import CONTENT, item, run

BUILT = ("withdrawn", "compared", "news", "night")
ARROW = {"INTEGER": pa.int64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "FLOAT": pa.float64()}
IDS_AT_ONCE = 2_000  # of one statement


def _day_while(status, column):
    return case((item.c.status == status, cast(column, String)))


COLUMNS = {  # of every item -> how it is read: texts and numbers alone need no conversion
    "id": item.c.id,
    "patient_id": item.c.patient_id,
    "status": item.c.status,
    # the days on which the clock alone may change an item
    "snoozed_until": _day_while("snoozed", item.c.snoozed_until),
    "status_on": _day_while("done", item.c.status_on),
    "site": func.nullif(item.c.site, ""),
    "is_opted_out": cast(item.c.is_opted_out, Integer),
    "merged_into": item.c.merged_into,
    "content_hash": item.c.content_hash,
}
ITEMS = """
    select
        stored.* replace (
            cast(stored.snoozed_until as date) as snoozed_until,
            cast(stored.status_on as date) as status_on,
            cast(stored.is_opted_out as boolean) as is_opted_out,
            survivor.patient_id as merged_into
        )
    from worklist.stored
    left join worklist.stored as survivor on survivor.id = stored.merged_into
"""
CONTENT_COLUMNS = (  # of those that may change
    item.c.id,
    item.c.patient_id,
    item.c.status,
    func.nullif(item.c.assignee, "").label("assignee"),
    item.c.snoozed_until,
    item.c.status_on,
    *(item.c[column.name] for column in CONTENT if column.name != "site"),
    func.nullif(item.c.site, "").label("site"),
)
# what the night reads of a run's files -> their columns; of those of an earlier version some are
# missing: its protocol had no evidence, its sites no opting out, or there were no sites
READ = {
    "published": ("worklist", {"evidence": "varchar"}),
    "assessed": ("assessment", {}),
    "patient_site": (
        "patient_site",
        {"patient_id": "varchar", "site": "varchar", "is_opted_out": "boolean",
         "merged_into": "varchar"},
    ),
    "listed_patient": (
        "listed_patient",
        {"patient_id": "varchar", "born_on": "date", "born_latest_on": "date", "sex": "varchar",
         "deciding_test": "varchar", "deciding_value": "double", "deciding_reported": "varchar",
         "deciding_on": "date", "reference_low": "double", "reference_high": "double"},
    ),
    "follow_up": (
        "follow_up",
        {"patient_id": "varchar", "kind": "varchar", "happened_on": "date",
         "is_normal": "boolean"},
    ),
}  # fmt: skip

LEFT = """
    select * from worklist.assessed
    where patient_id in (select patient_id from worklist.candidate where not is_listed)
"""
# in two parts: joined by OR, no row of a file could be skipped
RESULTS_OF_CHANGED = """
    select * from lake.lab_result where patient_id in (from worklist.changed_patient)
    union all
    select * from lake.lab_result where patient_id is null
"""


@contextmanager
def reconciled(con, home, *, folder, as_of):
    """Yields a DuckDB connection with `worklist.night`, `worklist.tonight`, `worklist.content_hash`
    and `worklist.moved`; its rows are spilled into a folder of its own, and go at the end.

    con: a connection to the store. folder: the published run's. Raises LakeUnavailable.
    """
    with (
        private_folder(home, "follow") as work,
        closing(connect(spill=work / "spill")) as duck,
        storage_errors(home),
    ):
        _register_run(duck, folder, as_of, _protocol_before(con, home))
        _register_items(duck, con)
        lake.attach(duck, home, only=("patient",))
        merges = with_dependencies(duck, ["clinical.merged_patient"])
        build(duck, merges)
        for name in ("moved", "content_hash", "candidate"):
            create(duck, f"worklist.{name}")
        _register_content(duck, con)
        # why those who are on the worklist no more are not: everyone was assessed, few left
        duck.execute(f"create view worklist.assessment as {LEFT}")
        view_of_parquet(duck, "worklist.tonight", select_of("worklist.tonight"), work)
        _register_results(duck, home, merges)
        build(duck, [f"worklist.{name}" for name in BUILT])
        yield duck


def _protocol_before(con, home):
    "The PackVersion of the run that the items follow until now; of one that is gone, its name"
    newest = select(run.c.run_id, run.c.protocol).where(run.c.is_followed)
    known = con.execute(newest.order_by(run.c.as_of.desc(), run.c.started_at.desc())).first()
    if known and (home.runs / known.run_id / "manifest.json").exists():
        return read_manifest(home.runs / known.run_id).protocol
    pack, _, version = (known.protocol if known else "").partition(" ")
    return PackVersion(pack=pack, version=version) if pack else None


def _register_run(duck, folder, as_of, before):
    for schema in ("lake", "clinical", "worklist", "protocol"):
        duck.execute(f"create schema if not exists {schema}")
    protocol = read_manifest(folder).protocol
    kept = pack_of_run(folder, protocol, is_needed=False)
    register(duck, kept)
    for relation, (file, columns) in READ.items():
        _view(duck, f"worklist.{relation}", parquet_files(folder, file), columns)
    known = "$1::date as as_of, $2::varchar as protocol_change, $3::boolean as is_other_pack"
    changed = protocol.change_from(before) if before else None
    is_other = before is not None and protocol.is_other_than(before)
    for schema in ("worklist", "protocol"):
        duck.execute(f"create table {schema}.run as select {known}", [as_of, changed, is_other])


def _view(duck, name, paths, columns):
    """A view of a table of a run, with these columns in any case. A NUL within a text, which
    PostgreSQL cannot hold, becomes a visible sign"""
    source = scan_of_parquet(paths) if paths else None
    described = duck.execute(f"describe from {source}").fetchall() if source else ()
    kinds = {column: kind for column, kind, *_ in described}
    cells = [
        f"replace({column}, chr(0), '␀') as {column}" if kind == "VARCHAR" else column
        for column, kind in kinds.items()
    ]
    cells += [
        f"cast(null as {kind}) as {each}" for each, kind in columns.items() if each not in kinds
    ]
    rows = f"from {source}" if source else "where false"
    duck.execute(f"create view {name} as select {', '.join(cells)} {rows}")


def _register_items(duck, con):
    numbers = ("id", "is_opted_out", "merged_into")
    schema = pa.schema([(name, pa.int64() if name in numbers else pa.string()) for name in COLUMNS])
    known = select(*(cell.label(name) for name, cell in COLUMNS.items()))
    rows = bulk.read(con, known.where(item.c.patient_id.is_not(None)))
    store_parts(duck, "worklist.stored", schema, rows)
    duck.execute(f"create view worklist.item as {ITEMS}")


def _register_content(duck, con):
    "The items of candidates as they are in the store"
    wanted = duck.cursor().execute(
        "select item.id from worklist.candidate join worklist.item using (patient_id)"
    )
    chosen, parts = select(*CONTENT_COLUMNS), iter(lambda: wanted.fetchmany(IDS_AT_ONCE), [])
    held = (
        con.execute(chosen.where(item.c.id.in_([item_id for (item_id,) in part]))).all()
        for part in parts
    )
    schema = pa.schema([(column.name, _kind(column)) for column in CONTENT_COLUMNS])
    store_parts(duck, "worklist.item_content", schema, held)


def _kind(column):
    return ARROW.get(str(column.type).split("(")[0], pa.string())


def store_parts(duck, name, schema, parts):
    """Create a table of rows of the store, which come in parts."""
    duck.register("part", schema.empty_table())
    duck.execute(f"create table {name} as from part")
    for rows in parts:
        cells = zip(zip(*rows, strict=True), schema, strict=True)
        arrays = [pa.array(each, field.type) for each, field in cells]
        duck.register("part", pa.table(arrays, schema=schema))
        duck.execute(f"insert into {name} from part")
    duck.unregister("part")


def _register_results(duck, home, merges):
    "Of patients whose item changed, what became of their results"
    lake.attach(duck, home, only=("lab_result",))
    create(duck, "worklist.changed_patient")
    # read once, not by each SELECT that asks for it
    duck.execute(f"create table lake.result_of_changed as {RESULTS_OF_CHANGED}")
    duck.execute("drop view lake.lab_result")
    duck.execute("alter table lake.result_of_changed rename to lab_result")
    views = ("clinical.delivered_result", "clinical.result_version")
    wanted = with_dependencies(duck, ["clinical.result_version"]) - merges
    build(duck, wanted, builders=dict.fromkeys(views, create_view))

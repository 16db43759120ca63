"""Reconcile: what a newly published run does to the items, by the SELECTs of `sql/worklist/` over
the store, the run and the lake."""

from contextlib import closing

import pyarrow as pa
from sqlalchemy import func, select

from pipeline import lake
from pipeline.engine import build, connect, create, create_view, rows_of, with_dependencies
from pipeline.protocol import load_or_shipped, register
from pipeline.runs import read_manifest
from pipeline.worklist.tables import CONTENT, item

FILES = {"published": "worklist", "assessment": "assessment", "patient_site": "patient_site"}
BUILT = ("withdrawn", "compared", "news", "night", "moved")
ARROW = {"INTEGER": pa.int64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "FLOAT": pa.float64()}
survivor = item.alias("survivor")
COLUMNS = (
    item.c.id,
    item.c.patient_id,
    item.c.status,
    func.nullif(item.c.assignee, "").label("assignee"),
    item.c.snoozed_until,
    item.c.status_on,
    *(item.c[column.name] for column in CONTENT if column.name != "site"),
    func.nullif(item.c.site, "").label("site"),
    item.c.is_opted_out,
    survivor.c.patient_id.label("merged_into"),
)


def changes_of(con, home, *, folder, as_of):
    """The rows of `worklist.night` that change something, with what the run says of the patient;
    and those of `worklist.moved`.

    con: a connection to the store. folder: the published run's. A row: patient_id, id, from_status,
    to_status, surviving_id, change, because, and the columns of CONTENT, which are None for a
    patient who left the worklist.
    """
    with closing(connect()) as duck:
        _register_run(duck, con, folder, as_of)
        _register_lake(duck, home)
        build(duck, [f"worklist.{name}" for name in BUILT])
        content = ", ".join(f"tonight.{column.name}" for column in CONTENT)
        changed = rows_of(
            duck,
            f"select night.*, {content} from worklist.night "
            "left join worklist.tonight on tonight.patient_id = night.patient_id "
            "where night.change <> 'kept' order by night.patient_id",
        )
        return changed, rows_of(duck, "from worklist.moved order by patient_id")


def _register_run(duck, con, folder, as_of):
    for schema in ("lake", "clinical", "worklist", "protocol"):
        duck.execute(f"create schema if not exists {schema}")
    register(duck, load_or_shipped(read_manifest(folder).protocol.pack))
    # a run that published none has no sites
    duck.execute("create table worklist.patient_site (patient_id varchar, site varchar)")
    for relation, file in FILES.items():
        if (folder / f"{file}.parquet").exists():
            _read(duck, f"worklist.{relation}", folder / f"{file}.parquet")
    duck.execute("alter table worklist.patient_site add column if not exists is_opted_out boolean")
    duck.execute("alter table worklist.patient_site add column if not exists merged_into varchar")
    # a run of before version 2 of the protocol has no evidence
    duck.execute("alter table worklist.published add column if not exists evidence varchar")
    for schema in ("worklist", "protocol"):
        duck.execute(f"create table {schema}.run as select $1::date as as_of", [as_of])
    duck.register("items", _items(con))
    duck.execute("create table worklist.item as from items")
    create(duck, "worklist.tonight")


def _read(duck, name, path):
    "A NUL within a text, which PostgreSQL cannot hold, becomes a visible sign"
    described = duck.execute("describe from read_parquet($1)", [str(path)]).fetchall()
    texts = [column for column, kind, *_ in described if kind == "VARCHAR"]
    visible = ", ".join(f"replace({column}, chr(0), '␀') as {column}" for column in texts)
    scan = f"select * replace ({visible}) from read_parquet($1)"
    duck.execute(f"create or replace table {name} as {scan}", [str(path)])


def _items(con):
    chosen = select(*COLUMNS).outerjoin(survivor, survivor.c.id == item.c.merged_into)
    rows = con.execute(chosen.where(item.c.patient_id.is_not(None))).all()
    kinds = [ARROW.get(str(column.type).split("(")[0], pa.string()) for column in COLUMNS]
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [pa.array(cells, kind) for cells, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=[column.name for column in COLUMNS])


def _register_lake(duck, home):
    "Who was merged into whom; and, of patients whose item changed, what became of their results"
    lake.attach(duck, home, only=("patient",))
    merges = with_dependencies(duck, ["clinical.merged_patient"])
    build(duck, merges)
    create(duck, "worklist.changed_patient")
    changed = duck.execute("from worklist.changed_patient").fetchall()
    patients = [patient_id for (patient_id,) in changed] or [""]
    lake.attach(duck, home, only=("lab_result",), within=lake.Ids(patients))
    views = ("clinical.delivered_result", "clinical.result_version")
    wanted = with_dependencies(duck, ["clinical.result_version"]) - merges
    build(duck, wanted, builders=dict.fromkeys(views, create_view))

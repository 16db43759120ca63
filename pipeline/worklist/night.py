"""What a newly published run does to the items: the SELECTs of `sql/worklist/` over the store, the run and the lake."""

import json

import pyarrow as pa
from sqlalchemy import func, select

from pipeline import lake
from pipeline.database import connect, rows_of
from pipeline.protocol import load_or_shipped
from pipeline.protocol.tables import register
from pipeline.relations import build, create, create_view, needed
from pipeline.worklist.tables import CONTENT, item

COLUMNS = (
    item.c.id, item.c.patient_id, item.c.status, func.nullif(item.c.assignee, "").label("assignee"), item.c.snoozed_until, item.c.status_on,
    *(func.nullif(item.c.site, "").label("site") if column.name == "site" else item.c[column.name] for column in CONTENT),
)  # fmt: skip
KINDS = {"INTEGER": pa.int64(), "DATE": pa.date32(), "FLOAT": pa.float64()}


def changes_of(con, home, *, folder, as_of):
    """The rows of `worklist.night`, but for those kept as they are, with what the run says of the patient beside them.

    con: a connection to the store. folder: the published run's. A row: patient_id, id, from_status, to_status, surviving_id, change,
    because, and the columns of CONTENT, which are None for a patient who left the worklist.
    """
    duck = connect()
    try:
        _tonight(duck, con, folder, as_of)
        _lake(duck, home)
        build(duck, [f"worklist.{name}" for name in ("withdrawn", "compared", "news", "night")])
        content = ", ".join(f"tonight.{column.name}" for column in CONTENT)
        return rows_of(
            duck,
            f"select night.*, {content} from worklist.night left join worklist.tonight on tonight.patient_id = night.patient_id "
            "where night.change <> 'kept' order by night.patient_id",
        )
    finally:
        duck.close()


def _tonight(duck, con, folder, as_of):
    for schema in ("lake", "clinical", "worklist", "protocol"):
        duck.execute(f"create schema if not exists {schema}")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    register(duck, load_or_shipped(manifest["protocol"]["pack"]))
    duck.execute("create table worklist.patient_site (patient_id varchar, site varchar)")  # of a run that published none
    for name, file in (("published", "worklist"), ("assessment", "assessment"), ("patient_site", "patient_site")):
        if (folder / f"{file}.parquet").exists():
            _read(duck, f"worklist.{name}", folder / f"{file}.parquet")
    duck.execute("create table worklist.run as select $1::date as as_of", [as_of])
    duck.execute("create table protocol.run as select $1::date as as_of", [as_of])
    duck.register("items", _items(con))
    duck.execute("create table worklist.item as from items")
    create(duck, "worklist.tonight")


def _read(duck, name, path):
    "A text with a NUL, which no PostgreSQL can hold, is kept with a visible sign in its place"
    scan = "read_parquet('" + str(path).replace("'", "''") + "')"
    texts = [column for column, kind, *_ in duck.execute(f"describe from {scan}").fetchall() if kind == "VARCHAR"]
    cleaned = ", ".join(f"replace({column}, chr(0), '␀') as {column}" for column in texts)
    duck.execute(f"create or replace table {name} as select * replace ({cleaned}) from {scan}")


def _items(con):
    rows = con.execute(select(*COLUMNS).where(item.c.patient_id.is_not(None))).all()
    kinds = [KINDS.get(str(column.type).split("(")[0], pa.string()) for column in COLUMNS]
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [pa.array(cells, kind) for cells, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=[column.name for column in COLUMNS])


def _lake(duck, home):
    "Who was merged into whom; and, of the patients whose item is not what it was, the results with what became of them"
    lake.attach(duck, home, only=("patient",))
    create(duck, "clinical.merged_patient")
    concerned = duck.execute("""
        with concerned as (
            select item.patient_id from worklist.item left join worklist.tonight using (patient_id)
            where item.facts is not null and item.facts is distinct from tonight.facts
        )
        from concerned union select patient_id from clinical.merged_patient where surviving_id in (from concerned)
    """).fetchall()
    lake.attach(duck, home, only=("lab_result",), patients=[patient for (patient,) in concerned] or [""])
    views = dict.fromkeys(("clinical.delivered_result", "clinical.result_version"), create_view)
    build(duck, needed(duck, ["clinical.result_version"]) - {"clinical.merged_patient"}, builders=views)

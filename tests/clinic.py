"""A clinic on paper: text tables go into real relations, relations come back as text tables. Always the real engine.

In a table a blank cell is null, `""` is the empty text, ¦ is a bar inside a cell, lists are joined by commas, and a day
stands for its midnight in UTC.
"""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path

from pipeline import lake
from pipeline.core.config import ENTITIES, SQL
from pipeline.engine import relations
from pipeline.engine.connection import connect
from pipeline.profiles.files import read_profile
from pipeline.protocol.facts import answers_in
from pipeline.protocol.pack import load
from pipeline.protocol.tables import register, register_pack
from pipeline.screening.apply_rules import apply_rules

AS_OF = "2026-01-31"
TODAY = "2026-02-01"
UNITS = {
    "total_b12": "pg/mL", "active_b12": "pmol/L", "mma": "nmol/L", "homocysteine": "umol/L", "folate": "ng/mL",
    "haemoglobin": "g/dL", "mcv": "fL", "creatinine": "mg/dL", "egfr": "mL/min/{1.73_m2}",
}  # fmt: skip
DEFAULTS = {
    "patient": {"sex": "unknown"},
    "lab_result": {"comparator": "=", "status": "final", "is_unit_code_disagree": False},
    "medication": {
        "code_system": "RXNORM",
        "matched_by": "code",
        "status": "active",
        "route": "unknown",
    },
    "condition": {"code_system": "SNOMEDCT", "matched_by": "code", "status": "counted"},
    "procedure": {"code_system": "SNOMEDCT", "matched_by": "code", "status": "counted"},
    "delivery": {"rows": 0, "accepted": 0, "rejected": "{}", "duplicates": 0, "skipped": "{}"},
}
EVIDENCE = {"source": "canonical", "sha256": "x", "file": "t.csv"}
_lines = count(2)


def parse(text):
    """The rows of a text table as dicts: cells stripped, a blank one null."""
    head, *body = [
        line for line in text.splitlines() if line.strip() and not set(line.strip()) <= set("-+ ")
    ]
    names = _cells(head)
    rows = [_cells(line) for line in body]
    assert all(len(row) <= len(names) for row in rows), (
        f"a row has more cells than the head: {rows}"
    )
    return [
        dict(zip(names, [*row, *[None] * (len(names) - len(row))], strict=True)) for row in rows
    ]


def _cells(line):
    cells = [cell.strip().replace("¦", "|") for cell in line.split("|")]
    return [{"": None, '""': ""}.get(cell, cell) for cell in cells]


@cache
def pack():
    """The default protocol pack, read once."""
    return load()


@cache
def _template():
    "A database file in which the protocol is registered: copying it is faster than registering again"
    folder = tempfile.TemporaryDirectory(prefix="clinic-")
    con = connect(Path(folder.name) / "template.duckdb")
    register(con, pack())
    con.close()
    return folder, Path(folder.name) / "template.duckdb"


def clinic(as_of=AS_OF, loaded="|".join(ENTITIES), **settings):
    """A connection with the protocol, an empty lake and the as-of date; `settings` overrule those of the pack.

    loaded: the entities that the source `canonical` has delivered, joined by `|`; None when it delivered nothing.
    """
    con = connect()
    con.execute(f"attach '{_template()[1]}' as template (read_only)")
    con.execute("copy from database template to memory")
    con.execute("detach template")
    if settings:
        register_pack(con, _with(settings))
    con.execute("create table protocol.run as select $1::date as as_of", [as_of])
    con.execute("create schema lake")
    for table, columns in lake.COLUMNS.items():
        con.execute(
            f"create table lake.{table} ("
            + ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            + ")"
        )
    if loaded is not None:
        insert(con, "lake.delivery", [{"entities": loaded}])
    return con


def _with(settings):
    changed = {
        name: pack().raw["settings"][name] | {"value": value} for name, value in settings.items()
    }
    return replace(pack(), raw=pack().raw | {"settings": pack().raw["settings"] | changed})


def insert(con, relation, rows):
    """Insert rows (dicts, or a text table) into a real table; what they leave out is filled in as the ingest would."""
    rows = parse(rows) if isinstance(rows, str) else rows
    schema, table = relation.split(".")
    columns = [name for name, *_ in con.execute(f"describe {relation}").fetchall()]
    for row in rows:
        full = _filled(table, row) if schema == "lake" else dict(row)
        unknown = set(full) - set(columns)
        assert not unknown, f"{relation} has no column {sorted(unknown)}"
        con.execute(
            f"insert into {relation} ({', '.join(full)}) values ({', '.join('?' * len(full))})",
            list(full.values()),
        )


def _filled(table, row):
    given = {name: cell for name, cell in row.items() if cell is not None}
    evidence = (
        EVIDENCE if table != "delivery" else {**EVIDENCE, "received_at": f"{AS_OF} 00:00:00+00"}
    )
    line = (
        {
            name: value
            for name, value in (("line", next(_lines)), ("place", 0))
            if name in lake.COLUMNS[table]
        }
        if "line" in lake.COLUMNS[table]
        else {}
    )
    full = {**evidence, **line, **DEFAULTS.get(table, {}), **given}
    if table == "lab_result":
        full = _filled_lab_result(full)
    if table in ("medication", "condition", "procedure"):
        full = {"code": full.get("concepts"), **full}
    return full


def _filled_lab_result(full):
    unit = UNITS.get(full.get("analyte"))
    if "collected_on" in full:
        full = {"collected_at": f"{full['collected_on']} 00:00:00+00", **full}
    elif "collected_at" in full:
        full = {"collected_on": str(full["collected_at"])[:10], **full}
    if "value" in full:
        comparator = "" if full["comparator"] == "=" else full["comparator"]
        full = {
            "value_reported": f"{comparator}{full['value']}",
            "unit": unit,
            "unit_reported": unit,
            **full,
        }
    return full


@cache
def _reads(name):
    con = connect()
    found = relations.relations_read_by(con, name)
    con.close()
    return found


def needed(*wanted):
    """The wanted relations and all the relations of sql/ that they read, directly or not."""
    found, waiting = set(), list(wanted)
    while waiting:
        name = waiting.pop()
        schema, relation = name.split(".")
        if name in found or not (SQL / schema / f"{relation}.sql").exists():
            continue
        found.add(name)
        waiting += _reads(name)
    return found


def build(con, *wanted):
    """Build relations with everything they rest on; with none named, all of clinical and screening."""
    wanted = wanted or (
        *relations.relation_names("clinical"),
        *relations.relation_names("screening"),
    )
    relations.build(con, needed(*wanted), builders={"screening.fit": apply_rules})
    return con


def select(con, relation, columns="*", order="all"):
    """The rows of a relation as dicts of Python values."""
    found = con.execute(f"select {columns} from {relation} order by {order}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def shows(con, relation, text, where="true"):
    """Build the relation and hold it against a text table: its columns, every row, in no order."""
    build(con, relation)
    holds(con, relation, text, where)


def holds(con, relation, text, where="true"):
    """Hold a relation that is built already against a text table."""
    wanted = parse(text)
    columns = list(parse(text)[0]) if wanted else _cells(text.strip().splitlines()[0])
    found = select(
        con, f"(from {relation} where {where})", ", ".join(f'"{column}"' for column in columns)
    )
    found = [{name: word(value) for name, value in row.items()} for row in found]
    assert _sorted(found) == _sorted(wanted)


def _sorted(rows):
    return sorted(rows, key=lambda row: [str(row[name]) for name in sorted(row)])


def word(value):
    """A value as it is written in a text table."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value) or None
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def landed(con, entity, rows, *, today=TODAY, time_zone="UTC", number_marks="."):
    """Land text rows of one entity as a file would, and check them: `staging.checked_<entity>` is built.

    Columns that are left out are null; the line counts from 2.
    """
    rows = parse(rows) if isinstance(rows, str) else rows
    con.execute("create schema if not exists landing")
    con.execute(
        "create or replace table landing.file as select 'canonical' as source, null::varchar as snapshot, "
        "$1::varchar as time_zone, $2::varchar as number_marks",
        [time_zone, number_marks],
    )  # fmt: skip
    con.execute(
        "create or replace table landing.batch_file as select 0 as number, 'x' as sha256, 't.csv' as file, $1::timestamptz as received_at",
        [f"{today} 09:00:00+00"],
    )
    con.execute(
        "create table if not exists landing.local_code (entity varchar, code_system varchar, code varchar, to_system varchar, to_code varchar)"
    )
    con.execute("create table if not exists landing.local_unit (spelling varchar, unit varchar)")
    for each in ENTITIES:
        columns = _delivered_columns(each)
        body = ", ".join(f'"{column}" varchar' for column in columns)
        con.execute(
            f"create or replace table landing.{each} ({body}, place bigint, shifted_days integer, line bigint, row_key blob)"
        )
        for line, row in enumerate(rows if each == entity else [], start=2):
            assert set(row) <= set(columns), (
                f"{each} has no column {sorted(set(row) - set(columns))}"
            )
            cells = [row.get(column) for column in columns]
            con.execute(
                f"insert into landing.{each} values ({', '.join('?' * (len(columns) + 4))})",
                [*cells, 0, 0, line, repr(cells).encode()],
            )
    build(con, f"staging.checked_{entity}")
    return con


@cache
def _delivered_columns(entity):
    columns = read_profile("canonical").columns[entity]
    return tuple(columns.all)


def accept(con, entity):
    """Append the acceptable rows of `staging.checked_<entity>` to the lake, as an ingest does."""
    columns = ", ".join(f'"{name}"' for name in lake.COLUMNS[entity])
    con.execute(
        f"insert into lake.{entity} select {columns} from (select file.source, batch_file.sha256, batch_file.file, file.snapshot, checked.* "
        f"from staging.checked_{entity} as checked, landing.file, landing.batch_file "
        "where skipped_because is null and rejected_because is null)"
    )
    return con


def delivered(entity, rows, con=None, **file):
    """A clinic into which text rows were landed, checked and accepted."""
    return accept(landed(con or clinic(), entity, rows, **file), entity)


def facts_of(con, patient_id):
    """The words of one patient, by fact."""
    build(con, "clinical.patient_fact")
    [row] = select(con, f"(from clinical.patient_fact where patient_id = '{patient_id}')")
    return answers_in(pack(), row)


def judges(entity, rows, *, con=None, given="", **file):
    """Land rows, check them, and hold each against its own columns that begin with `=>`.

    `=> outcome` is why a row is skipped or rejected, else accepted; the others are columns of the checked relation.
    given: a text table of one row with the cells that every row has unless it says otherwise.
    """
    common = parse(given)[0] if given else {}
    rows = parse(rows) if isinstance(rows, str) else rows
    cells = [
        {**common, **{name: cell for name, cell in row.items() if not name.startswith("=>")}}
        for row in rows
    ]
    con = landed(con or clinic(), entity, cells, **file)
    outcome = "coalesce(skipped_because, rejected_because, 'accepted') as outcome"
    found = select(con, f"staging.checked_{entity}", f"*, {outcome}", order="line")
    for row, checked in zip(rows, found, strict=True):
        wanted = {
            name.removeprefix("=>").strip(): cell
            for name, cell in row.items()
            if name.startswith("=>")
        }
        assert {name: word(checked[name]) for name in wanted} == wanted, row
        assert checked["skipped_because"] is None or checked["rejected_because"] is None, row
    return con

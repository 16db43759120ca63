"""The protocol pack as relations of the schema `protocol`, so that SELECTs join to it."""

import csv
from functools import cache

import pyarrow as pa

from pipeline.core import PROTOCOL, SQL
from pipeline.protocol.concepts import COLUMNS, concepts_of, meanings_of
from pipeline.protocol.fact_tables import fact_relations
from pipeline.protocol.local_bands import judging_rows, local_rows
from pipeline.protocol.pack import band_rows
from pipeline.protocol.quality_settings import quality_settings

CSV_RELATIONS = {  # relation: file; every column is text, an empty cell is null
    "concept": "concepts.csv",
    "concept_meaning": "concept_meanings.csv",
    "analyte": "analytes.csv",
    "unit": "units.csv",
    "unit_alias": "unit_aliases.csv",
    "status": "statuses.csv",
    "specimen": "specimens.csv",
    "value_word": "value_words.csv",
    "qualitative_word": "qualitative_words.csv",
    "route": "routes.csv",
    "dose_form": "dose_forms.csv",
    "concept_route": "concept_routes.csv",
    "code_system": "code_systems.csv",
    "code_system_entity": "code_system_entities.csv",
    "drug_name": "codes/drug_names.csv",
    "omop_concept": "omop_concepts.csv",
    "rejection": "rejections.csv",
}
NAMES = {  # names and words to compare names with; no relations, they judge no row
    "synonym": "synonyms.csv",
    "name_word": "name_words.csv",
}


BAND = {
    "fact": "varchar", "analyte": "varchar", "band_id": "varchar", "answer": "varchar",
    "is_tile": "boolean", "position": "integer", "low": "decimal(18,10)", "low_included": "boolean",
    "high": "decimal(18,10)", "high_included": "boolean",
}  # fmt: skip
LOCAL_BAND = {  # what a local row asks of a result; null: nothing
    "fact": "varchar", "analyte": "varchar", "band_id": "varchar", "position": "integer",
    "laboratory": "varchar", "method": "varchar", "source": "varchar",
    "valid_from": "date", "valid_to": "date", "age_from": "integer", "age_below": "integer",
    "is_pregnant": "boolean",
}  # fmt: skip
DECISION = {"turn": "integer", "decision": "varchar", "collects": "boolean"}
RULE = {
    "decision": "varchar", "position": "integer", "rule": "varchar", "outcome": "varchar",
    "priority": "integer", "because": "varchar", "cites": "varchar[]", "conditions": "integer",
}  # fmt: skip
CONDITION = {"decision": "varchar", "position": "integer", "fact": "varchar", "answer": "varchar"}


def register(con, pack):
    """Create every relation of the schema `protocol` in the DuckDB connection `con`."""
    register_vocabulary(con)
    register_pack(con, pack)


def register_vocabulary(con):
    """Create the relations of the schema `protocol` by which rows are judged: codes, units, words;
    none of a pack's rules."""
    con.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
    con.execute("create schema if not exists protocol")
    for name, file in CSV_RELATIONS.items():
        head, *rows = _read(PROTOCOL / file)
        _table(con, name, dict.fromkeys(head, "varchar"), rows)
    _register_codes(con)
    settings = quality_settings()
    kinds = {row["name"]: "double" if "." in row["value"] else "integer" for row in settings}
    _table(con, "quality_setting", kinds, [tuple(row["value"] for row in settings)])


def vocabulary(name):
    """The rows of one of the CSV_RELATIONS, such as `unit_alias`, or of NAMES, as dicts of
    text."""
    head, *rows = _read(PROTOCOL / (CSV_RELATIONS | NAMES)[name])
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def code_system_names():
    """The code systems that the protocol names, and LOCAL."""
    return {str(row["code_system"]) for row in vocabulary("code_system")} | {"LOCAL"}


def code_rows():
    """The rows of `protocol/codes/*.csv`: (concept, code system, code, display, source)."""
    return [
        row
        for path in sorted((PROTOCOL / "codes").glob("*.csv"))
        if path.name != "drug_names.csv"
        for row in _read(path)[1:]
    ]


def _register_codes(con):
    rows = code_rows()
    columns = dict.fromkeys(("concept", "code_system", "code", "display", "source"), "varchar")
    _table(con, "delivered_spelling", columns, rows)
    con.execute(
        "create or replace table protocol.code as select *, code_key(code_system, rtrim(code, '*'))"
        " as code_key, ends_with(code, '*') as is_prefix from protocol.delivered_spelling"
    )
    con.execute("drop table protocol.delivered_spelling")


def register_pack(con, pack):
    """Create the relations of the schema `protocol` that hold a pack: its settings, bands, answers,
    decisions, rules and checks, and what concepts mean to it: in place of the common meanings, by
    which rows are ingested."""
    raw = pack.raw
    kinds = {
        name: "double" if isinstance(value, float) else "integer"
        for name, value in pack.setting.items()
    }
    _table(con, "setting", kinds, [tuple(pack.setting.values())])
    bands = [row for name, band in raw["bands"].items() for row in _bands(name, band)]
    _table(con, "band", BAND, bands)
    local = [row for name, band in raw["bands"].items() for row in _local(name, band)]
    _table(con, "local_band", LOCAL_BAND, local)
    answers = [(fact, answer) for fact, answers in pack.facts.items() for answer in answers]
    _table(con, "fact_answer", {"fact": "varchar", "answer": "varchar"}, answers)
    register_facts(con, pack)
    checks = list(_checks(raw["monitoring_checks"]))
    _table(con, "monitoring_check", {"answer": "varchar", "months": "integer"}, checks)
    flags = dict.fromkeys(row["id"] for row in raw["flags"])
    numbered = [(flag, position) for position, flag in enumerate(flags)]
    _table(con, "flag", {"flag": "varchar", "position": "integer"}, numbered)
    _table(con, "concept", dict.fromkeys(COLUMNS, "varchar"), concepts_of(pack.concepts))
    _register_decisions(con, pack.decisions)


def fingerprints(con):
    """What each relation of the schema `protocol` holds, as `{relation: (rows, number)}`, whatever
    the order of its rows: to see which of them another pack fills differently. Of `setting`, which
    has one row, each column by itself, as `{protocol.setting.name: value}`."""
    names = con.execute(
        "select table_name from duckdb_tables() where schema_name = 'protocol'"
        " and table_name <> 'setting' order by all"
    ).fetchall()
    printed = "select count(*), sum(cast(hash(each) as hugeint)) from protocol."
    setting = con.execute("from protocol.setting")
    columns = [f"protocol.setting.{column}" for column, *_ in setting.description]
    return dict(zip(columns, setting.fetchone(), strict=True)) | {
        f"protocol.{name}": con.execute(f"{printed}{name} as each").fetchone() for (name,) in names
    }


def register_facts(con, pack):
    """Create the relations of the schema `protocol` that hold the facts which a pack declares."""
    for name, columns, rows in fact_relations(pack, meanings_of(pack)):
        _table(con, name, columns, rows)


def _register_decisions(con, decisions):
    turns = [(turn, each.name, each.collects) for turn, each in enumerate(decisions)]
    _table(con, "decision", DECISION, turns)
    rules = [
        (decision.name, position, rule)
        for decision in decisions
        for position, rule in enumerate(decision.rules)
    ]
    rows = [
        (name, position, rule.id, rule.outcome, rule.priority, rule.because, list(rule.cites),
         len(rule.when))
        for name, position, rule in rules
    ]  # fmt: skip
    _table(con, "rule", RULE, rows)
    conditions = [
        (name, position, fact, answer)
        for name, position, rule in rules
        for fact, answers in rule.when.items()
        for answer in answers
    ]
    _table(con, "condition", CONDITION, conditions)


def _bands(fact, band):
    for band_id, judging in judging_rows(band):
        for part, position, row in band_rows(judging):
            low, high = (
                _text(row.get(one, row.get(other)))
                for one, other in (("from", "above"), ("to", "below"))
            )
            yield (
                fact, band["analyte"], band_id, row["answer"], part == "tiles", position,
                low, "from" in row, high, "to" in row,
            )  # fmt: skip


def _local(fact, band):
    for position, row in enumerate(local_rows(band)):
        age = row.get("age") or {}
        asked = (row.get(name) for name in ("laboratory", "method", "source"))
        yield (
            fact, band["analyte"], row["id"], position, *asked, row.get("valid_from"),
            row.get("valid_to"), age.get("from"), age.get("below"), row.get("pregnant"),
        )  # fmt: skip


def _text(number):
    "An edge as it is written, so that no binary fraction comes near it"
    return None if number is None else str(number)


def _checks(rows, longest_months=12 * 120):
    for row in rows:
        if "every_months" in row:
            yield from (
                (row["answer"], m)
                for m in range(row["from_months"], longest_months, row["every_months"])
            )
        else:
            yield row["answer"], row["months"]


@cache
def _read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(cell or None for cell in row) for row in csv.reader(file)]


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'


def _table(con, name, columns, rows):
    body = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns.items())
    con.execute(f"create or replace table protocol.{name} ({body})")
    if rows:
        cells = [list(column) for column in zip(*rows, strict=True)]
        given = pa.table(cells, names=list(columns))  # noqa: F841 (DuckDB finds it by its name)
        con.execute(f"insert into protocol.{name} select * from given")

"""SQL files as relations: `sql/<schema>/<name>.sql` is the relation `<schema>.<name>`, built in the
order in which they read."""

import json
from functools import cache
from graphlib import TopologicalSorter

from pipeline.core import SQL
from pipeline.engine.connection import quoted_text

SCHEMAS = (  # a schema reads those before it, and itself
    "protocol", "landing", "staging", "lake", "clinical", "screening", "bucket", "reporting",
    "explaining", "worklist",
)  # fmt: skip
NIGHTLY = ("clinical", "screening", "bucket", "reporting")  # built by every screening
_READ_BY = {}  # by relation; the files do not change while a process runs


@cache
def select_of(name):
    """The SELECT of a relation `schema.name`, as its file holds it."""
    schema, relation = name.split(".")
    return (SQL / schema / f"{relation}.sql").read_text(encoding="utf-8")


@cache
def relation_names(schema):
    """The relations of one schema, by name."""
    return tuple(sorted(f"{schema}.{path.stem}" for path in (SQL / schema).glob("*.sql")))


def relations_read_by(con, name):
    """The relations, as `schema.name`, that a relation's SELECT reads; it is parsed, not bound."""
    return _read_by(con, name)[0]


def _read_by(con, name):
    "(the relations that it reads, the last names of columns in it, the relations it takes whole)"
    if name not in _READ_BY:
        [[serialised]] = con.execute("select json_serialize_sql($1)", [select_of(name)]).fetchall()
        tree = json.loads(serialised)
        assert not tree["error"], f"{name}: {tree.get('error_message')}"
        columns = {node["column_names"][-1] for node in _nodes(tree, "COLUMN_REF")}
        whole = {each for node in _nodes(tree, "SELECT_NODE") for each in _starred(node)}
        whole |= {each for each, called in _tables(tree) if columns & called}  # its row as a value
        _READ_BY[name] = frozenset(each for each, _ in _tables(tree)), columns, whole
    return _READ_BY[name]


def _tables(tree):
    "Each as (relation, what it is called)"
    for node in _nodes(tree, "BASE_TABLE"):
        if node.get("schema_name"):
            relation = f"{node['schema_name']}.{node['table_name']}"
            yield relation, {node["table_name"], node["alias"]} - {""}


def _starred(select):
    "What a star of its own list may stand for"
    stars = {node["relation_name"] for node in _nodes(select["select_list"], "STAR")}
    for relation, called in _tables(select["from_table"]) if stars else ():
        if "" in stars or called & stars:
            yield relation


def _nodes(node, kind):
    if isinstance(node, dict):
        if node.get("type") == kind:
            yield node
        for child in node.values():
            yield from _nodes(child, kind)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child, kind)


def build_order(con, wanted):
    """The wanted relations, each after those it reads."""
    graph = {name: relations_read_by(con, name) & set(wanted) for name in sorted(wanted)}
    return list(TopologicalSorter(graph).static_order())


def resting_on(con, wanted, seeds):
    """Those of the wanted relations that read one of the `seeds`, directly or through others, each
    after those it reads. seeds: relations, or `schema.name.column`, read by what names it."""
    found = []
    for name in build_order(con, wanted):
        read, columns, whole = _read_by(con, name)
        named = {f"{each}.{column}" for each in read for column in columns}
        taken = (seed for seed in seeds if seed.rpartition(".")[0] in whole)
        if (read | named) & {*seeds, *found} or any(taken):
            found.append(name)
    return found


def with_dependencies(con, wanted):
    """The wanted relations and those of their schemas that they read, directly or not."""
    schemas = {name.split(".")[0] for name in wanted}
    needed, waiting = set(wanted), list(wanted)
    while waiting:
        read = relations_read_by(con, waiting.pop()) - needed
        fresh = {
            name
            for name in read
            if (schema := name.split(".")[0]) in schemas and name in relation_names(schema)
        }
        needed |= fresh
        waiting += fresh
    return needed


def build(con, wanted, *, builders=None, progress=lambda name: None, kept=None):
    """Create every wanted relation, in order, as a table; `builders` create those that are not a
    table of one SELECT.

    kept: where it is given, every other table goes when the last relation that reads it is there.
    """
    for schema in sorted({name.split(".")[0] for name in wanted}):
        con.execute(f"create schema if not exists {schema}")
    order = build_order(con, wanted)
    passing = set(order) - set(kept if kept is not None else order)
    last_read = {read: name for name in order for read in relations_read_by(con, name) & passing}
    for name in order:
        progress(name)
        builder = (builders or {}).get(name, create)
        builder(con, name)
        for read in [read for read, last in last_read.items() if last == name]:
            con.execute(f"drop table {read}")


def create(con, name):
    """Create one relation as a table from its SELECT."""
    con.execute(f"create or replace table {name} as {select_of(name)}")


def create_view(con, name):
    """Create one relation as a view: for rows that are read once, so that they need not be kept."""
    con.execute(f"create or replace view {name} as {select_of(name)}")


def view_of_parquet(
    con,
    name,
    select,
    folder,
    *,
    is_ordered=True,
    is_numbered=False,
    compression="lz4_raw",
):
    """Write a SELECT's rows into a Parquet file of `folder`, and make the relation a view of that
    file.

    For rows that are written once and read a few times, however many. is_ordered: in their order;
    without it, a SELECT with joins runs on all processors. is_numbered: the view adds
    `file_row_number`, from 0.
    """
    path = folder / f"{name}.parquet"
    order = "true" if is_ordered else "false"
    form = f"format parquet, compression {compression}, preserve_order {order}"
    con.execute(f"copy ({select}) to $1 ({form})", [str(path)])
    numbered = ", file_row_number = true" if is_numbered else ""
    con.execute(
        f"create or replace view {name} as select * from"
        f" read_parquet({quoted_text(path)}{numbered})"
    )

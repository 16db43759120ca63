"""SQL files as relations: `sql/<schema>/<name>.sql` is the relation `<schema>.<name>`, built in the order in which they read."""

import json
from functools import cache
from graphlib import TopologicalSorter

from pipeline.config import SQL

# A schema reads those before it, and itself
SCHEMAS = (
    "protocol", "landing", "staging", "lake", "clinical", "screening", "reporting", "explaining",
    "worklist",
)  # fmt: skip
NIGHTLY = ("clinical", "screening", "reporting")  # built by every screening
_READ = {}


@cache
def select_of(name):
    """The SELECT of a relation `schema.name`, as its file holds it."""
    schema, relation = name.split(".")
    return (SQL / schema / f"{relation}.sql").read_text(encoding="utf-8")


@cache
def names(schema):
    """The relations of one schema, by name."""
    return tuple(sorted(f"{schema}.{path.stem}" for path in (SQL / schema).glob("*.sql")))


def reads(con, name):
    """The relations, as `schema.name`, that a relation's SELECT reads; it is parsed, not bound."""
    if name not in _READ:
        tree = json.loads(con.execute("select json_serialize_sql($1)", [select_of(name)]).fetchone()[0])
        assert not tree["error"], f"{name}: {tree.get('error_message')}"
        _READ[name] = frozenset(_tables(tree))
    return _READ[name]


def _tables(node):
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            yield f"{node['schema_name']}.{node['table_name']}"
        for child in node.values():
            yield from _tables(child)
    elif isinstance(node, list):
        for child in node:
            yield from _tables(child)


def in_order(con, wanted):
    """The wanted relations so that each comes after those it reads."""
    graph = {name: reads(con, name) & set(wanted) for name in sorted(wanted)}
    return list(TopologicalSorter(graph).static_order())


def needed(con, wanted):
    """The wanted relations and those of their schemas that they read, directly or through others."""
    schemas, found = {name.split(".")[0] for name in wanted}, set(wanted)
    waiting = list(wanted)
    while waiting:
        read = {name for name in reads(con, waiting.pop()) if name in names(name.split(".")[0])}
        fresh = {name for name in read - found if name.split(".")[0] in schemas}
        found |= fresh
        waiting += fresh
    return found


def build(con, wanted, *, builders=None, progress=lambda name: None):
    """Create every wanted relation as a table, in order; `builders` make those that are no plain table of one SELECT."""
    for schema in sorted({name.split(".")[0] for name in wanted}):
        con.execute(f"create schema if not exists {schema}")
    for name in in_order(con, wanted):
        progress(name)
        make = (builders or {}).get(name, create)
        make(con, name)


def create(con, name):
    """Create one relation as a table from its SELECT."""
    con.execute(f"create or replace table {name} as {select_of(name)}")


def create_view(con, name):
    """Create one relation as a view: for rows that are read once, so that they need not be kept."""
    con.execute(f"create or replace view {name} as {select_of(name)}")


def keep_as_file(con, name, select, folder, *, is_numbered=False, compression="lz4_raw"):
    """Write a SELECT's rows, in order, into a Parquet file of `folder` and make the relation a view of it.

    For what is written once and read a few times, however large. Numbered: the view adds `file_row_number`, from 0.
    """
    path = str(folder / f"{name}.parquet").replace("'", "''")
    con.execute(f"copy ({select}) to '{path}' (format parquet, compression {compression})")
    numbered = ", file_row_number = true" if is_numbered else ""
    con.execute(f"create or replace view {name} as select * from read_parquet('{path}'{numbered})")

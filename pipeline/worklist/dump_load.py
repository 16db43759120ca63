"""The whole store of either database as a SQLite file, and back again."""

from sqlalchemy import Integer, func, insert, select, text, update

from pipeline.core import UsageError
from pipeline.worklist.store import open_store
from pipeline.worklist.tables import PASSING, item, metadata

AT_ONCE = 1000  # rows
KEPT = [table for table in metadata.sorted_tables if table not in PASSING]


def dump(store, path):
    """Write every row of the store into a new SQLite file; returns the rows by table. All of it as
    it was at one moment."""
    path.unlink(missing_ok=True)
    copy = open_store(None, url=f"sqlite:///{path}")
    with store.reading() as source, copy.writing() as target:
        rows = _copy(source, target)
    copy.scrub()
    copy.close()
    return rows


def load(path, store):
    """Put every row of a dumped file into a new, empty store; returns the rows by table. Raises
    UsageError: the store holds something."""
    copy = open_store(None, url=f"sqlite:///{path}")
    with copy.reading() as source, store.exclusive() as target:
        if any(target.scalar(select(func.count()).select_from(table)) for table in KEPT):
            raise UsageError(
                "The worklist database is not empty. Restore into a new one: set another"
                " $B12_DATABASE_URL, or none."
            )
        rows = _copy(source, target)
        if not store.is_sqlite:
            _count_on(target)
    copy.close()
    return rows


def _copy(source, target):
    rows = {}
    for table in KEPT:
        # an item may be merged into one that comes after it
        columns = [column for column in table.c if column is not item.c.merged_into]
        found = (
            source.execution_options(yield_per=AT_ONCE)
            .execute(select(*columns).order_by(*table.primary_key))
            .mappings()
        )
        rows[table.name] = 0
        for part in found.partitions(AT_ONCE):
            target.execute(insert(table), [dict(row) for row in part])
            rows[table.name] += len(part)
    for key, merged_into in source.execute(
        select(item.c.id, item.c.merged_into).where(item.c.merged_into.is_not(None))
    ).all():
        target.execute(update(item).where(item.c.id == key).values(merged_into=merged_into))
    return rows


def _count_on(target):
    "PostgreSQL counts its ids by itself, from where it stands"
    for table in metadata.sorted_tables:
        if "id" in table.c and isinstance(table.c.id.type, Integer):
            target.execute(
                text(
                    f"select setval(pg_get_serial_sequence('{table.name}', 'id'), (select max(id)"
                    f" from {table.name}))"
                )
            )

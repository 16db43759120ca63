"""Filters of the worklist that users keep under a name; the address of one can be shared."""

from sqlalchemy import delete, func, insert, select

from pipeline.core import UsageError
from pipeline.worklist.tables import saved_filter

MOST = 20  # of a user
LONGEST = 1000  # characters of a query


def saved_filters(store, who):
    """The filters that a user keeps: `{name: query of the address}`, by name."""
    kept = select(saved_filter.c.name, saved_filter.c.query).where(saved_filter.c.who == who)
    with store.reading() as con:
        return {row.name: row.query for row in con.execute(kept.order_by(saved_filter.c.name))}


def save_filter(store, who, *, name, query):
    """Keep a query under a name, in place of the one of that name. Raises UsageError."""
    if not name.strip():
        raise UsageError("Enter a name for these filters.")
    if len(query) > LONGEST:
        raise UsageError("These filters are too many to be kept under one name.")
    mine = saved_filter.c.who == who
    with store.writing() as con:
        con.execute(delete(saved_filter).where(mine, saved_filter.c.name == name))
        count = con.scalar(select(func.count()).select_from(saved_filter).where(mine))
        if count >= MOST:
            raise UsageError(f"You keep {MOST} filters already. Remove one first.")
        con.execute(insert(saved_filter).values(who=who, name=name, query=query))


def remove_filter(store, who, name):
    """Remove the filter of a name, if the user keeps one."""
    with store.writing() as con:
        con.execute(
            delete(saved_filter).where(saved_filter.c.who == who, saved_filter.c.name == name)
        )

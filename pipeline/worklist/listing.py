"""The worklist as people see it: filtered, sorted, a page at a time, from the database alone."""

from collections import Counter
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from pipeline.worklist.end_snoozes import wake
from pipeline.worklist.filtering import conditions
from pipeline.worklist.need_to_know import seen_in_lists
from pipeline.worklist.rows import COLUMNS, as_row
from pipeline.worklist.statuses import ACTIVE, STATUSES
from pipeline.worklist.tables import item

URGENCY = (item.c.priority, item.c.severity)
SORTS = {
    "priority": URGENCY, "priority_waiting": (item.c.priority, item.c.waits_from), "patient": (),
    "waiting": (item.c.waits_from,), "b12": (item.c.b12_rising,),
    "next_attempt": (item.c.next_attempt_on,),
    **{name: (item.c[name], *URGENCY) for name in ("action", "status", "assignee", "site")},
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page of rows. total: of all pages; first and last: of this one, from 1.

    counts: how many items there are of each `priority` and of each `status`, each under the other
    conditions of the Filter.
    """

    rows: list
    total: int
    number: int
    size: int
    counts: dict

    @property
    def pages(self):
        return max(1, -(-self.total // self.size))

    @property
    def first(self):
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last(self):
        return min(self.total, self.number * self.size)


def page(store, chosen, *, today, sort="priority", descending=False, number=1, size=50):
    """One Page of the items that a Filter chooses; a number past the end gives the last page. sort:
    one of SORTS."""
    wake(store, today)
    with store.reading() as con:
        total, counted = _tallied(con, store, chosen, today)
        number = max(1, min(number, -(-total // size)))
        ids = (
            select(item.c.id)
            .where(*conditions(store, chosen, today))
            .order_by(*_order(sort, descending))
            .limit(size)
            .offset((number - 1) * size)
        )
        rows = con.execute(
            select(*COLUMNS).where(item.c.id.in_(ids)).order_by(*_order(sort, descending))
        ).mappings()
        return Page([as_row(row, today) for row in rows], total, number, size, counted)


def _tallied(con, store, chosen, today):
    """In one pass, so that what is counted is what is listed: the total, and the counts by priority
    and by status"""
    every = replace(chosen, priority=(), status=())
    where = conditions(store, every, today, any_status=True)
    tallied = con.execute(
        select(item.c.priority, item.c.status, func.count())
        .where(*where)
        .group_by(item.c.priority, item.c.status)
    ).all()
    statuses = chosen.status or (STATUSES if chosen.keys or chosen.identified else ACTIVE)
    counted = {"priority": Counter(), "status": Counter()}
    for priority, status, number in tallied:
        if status in statuses:
            counted["priority"][priority] += number
        if not chosen.priority or priority in chosen.priority:
            counted["status"][status] += number
    total = sum(
        number
        for priority, number in counted["priority"].items()
        if not chosen.priority or priority in chosen.priority
    )
    return total, {name: dict(counts) for name, counts in counted.items()}


def listed(store, chosen, *, today, sort="priority", descending=False):
    """Every row that a Filter chooses, one after the other, in order."""
    with store.reading() as con:
        result = con.execution_options(yield_per=2000).execute(
            select(*COLUMNS)
            .where(*conditions(store, chosen, today))
            .order_by(*_order(sort, descending))
        )
        for row in result.mappings():
            yield as_row(row, today)


def _order(sort, descending):
    """One way for all columns, so that an index serves it from either end; ties by patient id, so
    that no row is on two pages"""
    columns = (
        *(SORTS[sort] if (sort, descending) != ("b12", True) else (item.c.b12_falling,)),
        item.c.patient_id,
    )
    return tuple(column.desc() if descending else column for column in columns)


def choices(store):
    """What a filter may ask for: the values in use among the patients that the reader sees, by
    kind."""
    seen = seen_in_lists(store)
    with store.reading() as con:
        plain = {name: _values(con, item.c[name], seen) for name in ("action", "site", "assignee")}
        lists = {
            name: _values(con, column, seen)
            for name, column in (("alert", item.c.safety), ("cohort", item.c.cohorts))
        }
    return plain | {
        name: sorted({value for text in texts for value in text.split("|") if value})
        for name, texts in lists.items()
    }


def _values(con, column, seen):
    used = select(column).where(column.is_not(None), column != "", *seen)
    return sorted(con.scalars(used.distinct()))

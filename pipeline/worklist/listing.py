"""The worklist as people see it: filtered, sorted, a page at a time, from the database alone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select

from pipeline.worklist.rows import COLUMNS, as_row
from pipeline.worklist.tables import item
from pipeline.worklist.wake import wake

SORTS = {
    "priority": (item.c.priority, item.c.waits_from), "patient": (), "next_step": (item.c.next_step, item.c.priority, item.c.waits_from),
    "waiting": (item.c.waits_from,), "b12": (item.c.b12_value,), "status": (item.c.status, item.c.priority, item.c.waits_from),
    "assignee": (item.c.assignee, item.c.priority, item.c.waits_from), "site": (item.c.site, item.c.priority, item.c.waits_from),
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which items: of each kind any of the values named, of every kind at all. No status: those with work to do.

    assignee, site: "" stands for none. waiting: for that many days at least. patient: the id begins so.
    """

    priority: tuple = ()
    next_step: tuple = ()
    alert: tuple = ()
    cohort: tuple = ()
    site: tuple = ()
    assignee: tuple = ()
    status: tuple = ()
    waiting: int | None = None
    patient: str | None = None
    keys: tuple = ()


@dataclass(frozen=True)
class Page:
    """One page of rows; `total` counts the rows of all pages, `first` and `last` those of this one, from 1."""

    rows: list
    total: int
    number: int
    size: int

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
    """One Page of the items that a Filter chooses; a number past the end gives the last page. sort: one of SORTS."""
    wake(store, today)
    where = conditions(chosen, today)
    with store.reading() as con:
        total = con.scalar(select(func.count()).select_from(item).where(*where))
        number = max(1, min(number, -(-total // size)))
        ids = select(item.c.id).where(*where).order_by(*_order(sort, descending)).limit(size).offset((number - 1) * size)
        found = con.execute(select(*COLUMNS).where(item.c.id.in_(ids)).order_by(*_order(sort, descending))).mappings()
        return Page([as_row(row, today) for row in found], total, number, size)


def listed(store, chosen, *, today, sort="priority", descending=False):
    """Every row that a Filter chooses, one after the other, in order."""
    with store.reading() as con:
        found = con.execution_options(yield_per=2000).execute(
            select(*COLUMNS).where(*conditions(chosen, today)).order_by(*_order(sort, descending))
        )
        for row in found.mappings():
            yield as_row(row, today)


def _order(sort, descending):
    "One way for all columns, so that an index serves it from either end; ties by patient id, so that no row is on two pages"
    columns = (*SORTS[sort], item.c.patient_id)
    unknown_last = (item.c.b12_value.is_(None),) if sort == "b12" else ()
    return (*unknown_last, *(column.desc() if descending else column for column in columns))


def counts(store, chosen, *, today):
    """How many items there are of each priority and of each status, each under the other conditions of the Filter."""
    with store.reading() as con:
        return {name: _count(con, name, chosen, today) for name in ("priority", "status")}


def _count(con, name, chosen, today):
    without = Filter(**{**vars(chosen), name: ()})
    where = conditions(without, today, any_status=name == "status")
    return dict(con.execute(select(item.c[name], func.count()).where(*where).group_by(item.c[name])).all())


def choices(store):
    """What a filter may ask for: the values in use, by kind."""
    with store.reading() as con:
        plain = {name: _values(con, item.c[name]) for name in ("next_step", "site", "assignee")}
        lists = {"alert": _values(con, item.c.safety), "cohort": _values(con, item.c.cohorts)}
    return plain | {name: sorted({one for text in texts for one in text.split("|") if one}) for name, texts in lists.items()}


def _values(con, column):
    return sorted(con.scalars(select(column).where(column.is_not(None), column != "").distinct()))


def conditions(chosen, today, any_status=False):
    """A Filter as conditions of a SELECT; every value is bound."""
    return [item.c.patient_id.is_not(None), *_status(chosen, any_status), *_named(chosen), *_listed_among(chosen), *_waiting(chosen, today)]


def _status(chosen, any_status):
    if chosen.status:
        yield item.c.status.in_(chosen.status)
    elif any_status or chosen.keys:
        yield item.c.status != "off_list"
    else:
        yield item.c.is_active


def _named(chosen):
    for values, column in (
        (chosen.priority, item.c.priority), (chosen.next_step, item.c.next_step), (chosen.keys, item.c.key), (chosen.site, item.c.site),
        (chosen.assignee, item.c.assignee),
    ):  # fmt: skip
        if values:
            yield column.in_(values)


def _listed_among(chosen):
    for values, column in ((chosen.alert, item.c.safety), (chosen.cohort, item.c.cohorts)):
        if values:
            yield or_(*(column.contains(f"|{one}|", autoescape=True) for one in values))


def _waiting(chosen, today):
    if chosen.waiting:
        yield item.c.waits_from <= today - timedelta(days=chosen.waiting)
    if chosen.patient:
        yield item.c.patient_id.startswith(chosen.patient, autoescape=True)

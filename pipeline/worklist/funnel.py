"""How many of those who were identified were contacted, tested and treated, and of how many a value
became normal: by month and by priority, small counts left out."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sqlalchemy import String, and_, case, cast, func, select

from pipeline.worklist.need_to_know import sites_seen
from pipeline.worklist.suppression import LEAST, hidden
from pipeline.worklist.tables import contact, episode, item

STAGES = ("identified", "contacted", "tested", "treated", "normalised")
WITHIN = (15, 30)  # days in which a patient is to return to care
DIMENSIONS = ("site", "sex", "age_band", "ethnicity")
AGE_BANDS = ("under 40", "40 to 64", "65 to 79", "80 and over", "unknown")
SEXES = ("female", "male", "other", "unknown")
MONTHS = 24  # the newest; those before are counted together
EARLIER, TOTAL = "earlier", "total"
MONTH = func.substr(cast(episode.c.identified_on, String), 1, 7)
REACHED = {stage: episode.c[f"{stage}_on"].is_not(None) for stage in STAGES}
COUNTED = (*STAGES, *(f"{what}_{days}" for days in WITHIN for what in ("due", "returned")))


@dataclass(frozen=True)
class Chosen:
    """Whose episodes are counted: None for all. site: "" for patients without one."""

    site: str | None = None
    sex: str | None = None
    age_band: str | None = None
    ethnicity: str | None = None

    def without(self, dimension):
        return {name: getattr(self, name) for name in DIMENSIONS if name != dimension}


@dataclass(frozen=True)
class Identified:
    """Patients behind a number of a Funnel: of a stage, identified in a month (YYYY-MM; None: in
    any), at a priority (None: any), among the Chosen."""

    stage: str = "identified"
    month: str | None = None
    priority: int | None = None
    chosen: Chosen = Chosen()


@dataclass(frozen=True)
class Funnel:
    """months, priorities: name -> count by COUNTED, newest month first; total: of all. A count
    that is not shown is None. days: priority -> the median and the 90th percentile of days to
    treatment, None where fewer than LEAST were treated or their number is not shown."""

    months: dict
    priorities: dict
    total: dict
    days: dict


def funnel(store, chosen, *, as_of):
    """The Funnel of the episodes that the reader of the store may count, up to a day."""
    with store.reading() as con:
        where = [*_seen(store), *_conditions(vars(chosen))]
        rows = _tallied(con, where, as_of, episode.c.priority)
        others = {
            name: _tallied(
                con,
                [*_seen(store), *_conditions(chosen.without(name))],
                as_of,
                _dimension(name),
            )
            for name in DIMENSIONS
            if getattr(chosen, name) is not None
        }
        days = _days(con, where)
    return _shown(rows, others, days, chosen)


def in_episodes(identified):
    """The condition on `item` that an Identified is, in a list; none for None."""
    if identified is None:
        return []
    where = [REACHED[identified.stage], *_conditions(vars(identified.chosen))]
    if identified.month:
        where.append(identified.month == MONTH)
    if identified.priority:
        where.append(episode.c.priority == identified.priority)
    return [item.c.id.in_(select(episode.c.item_id).where(*where))]


def groups(store):
    """What can be chosen, by dimension: sites of the reader, and ethnicities of LEAST patients at
    least."""
    sites = select(episode.c.site).where(*_seen(store)).distinct()
    of_items = select(contact.c.ethnicity).join(item, item.c.patient_id == contact.c.patient_id)
    known = of_items.where(
        item.c.id.in_(select(episode.c.item_id).where(*_seen(store))),
        contact.c.ethnicity.is_not(None),
    )
    large = known.group_by(contact.c.ethnicity).having(func.count() >= LEAST)
    with store.reading() as con:
        return {
            "site": sorted(con.scalars(sites)), "sex": list(SEXES), "age_band": list(AGE_BANDS),
            "ethnicity": sorted(con.scalars(large)),
        }  # fmt: skip


def _seen(store):
    sites = sites_seen(store)
    return [] if sites is None else [episode.c.site.in_(sites)]


def _conditions(values):
    for name, value in values.items():
        if value is None:
            continue
        if name == "ethnicity":
            theirs = select(item.c.id).join(contact, contact.c.patient_id == item.c.patient_id)
            yield episode.c.item_id.in_(theirs.where(contact.c.ethnicity == value))
        else:
            yield episode.c[name] == value


def _dimension(name):
    "The column that has the values of a dimension"
    return contact.c.ethnicity if name == "ethnicity" else episode.c[name]


def _tallied(con, where, as_of, column):
    "Counts by COUNTED of each month and value of a column"
    cells = [func.count(episode.c[f"{stage}_on"]) for stage in STAGES]
    for days in WITHIN:
        is_due = episode.c.identified_on <= as_of - timedelta(days=days)
        is_back = and_(is_due, episode.c.days_to_return <= days)
        cells += [func.count(case((one, 1))) for one in (is_due, is_back)]
    by = (MONTH, column)
    told = select(*by, *cells)
    if column is contact.c.ethnicity:  # of patients without one, too
        of_item = episode.join(item, item.c.id == episode.c.item_id)
        is_theirs = contact.c.patient_id == item.c.patient_id
        told = told.select_from(of_item.outerjoin(contact, is_theirs))
    rows = con.execute(told.where(*where).group_by(*by)).all()
    return [
        ((month, one), Counter(dict(zip(COUNTED, cells, strict=True))))
        for month, one, *cells in rows
    ]


def _days(con, where):
    "By priority, how many were treated after how many days"
    column = episode.c.days_to_treatment
    by = (episode.c.priority, column)
    rows = con.execute(
        select(*by, func.count()).where(column.is_not(None), *where).group_by(*by)
    ).all()
    found = {}
    for priority, days, number in sorted(rows, key=lambda row: (row[0] or 0, row[1])):
        found.setdefault(priority, []).append((days, number))
    return found


def _shown(rows, others, days, chosen):
    tables = {"priority": rows, **others}
    names = _names(month for tallied in tables.values() for (month, _), _ in tallied)
    by_month, by_priority = _summed(rows, names)
    own: dict[tuple, Counter] = {("month", name): one for name, one in by_month.items()}
    own |= {("priority", name): numbers for name, numbers in by_priority.items()}
    own[TOTAL,] = sum(by_month.values(), Counter())
    lines: list[tuple] = [
        ([key for key in own if key[0] == kind], (TOTAL,)) for kind in ("month", "priority")
    ]
    for dimension, tallied in others.items():
        more = _beside(dimension, getattr(chosen, dimension), tallied, names)
        lines += _lines_beside(dimension, more, by_month)
        own = more | own
    out = _hidden(own, lines)

    def cells(key):
        return {one: None if (*key, one) in out else own[key][one] for one in COUNTED}

    return Funnel(
        months={name: cells(("month", name)) for name in by_month},
        priorities={name: cells(("priority", name)) for name in by_priority},
        total=cells((TOTAL,)),
        days={
            name: _percentiles(days[name])
            for name, numbers in by_priority.items()
            if numbers["treated"] >= LEAST and ("priority", name, "treated") not in out
        },
    )


def _names(months):
    "What each month is counted as, the newest first"
    newest = sorted(set(months), reverse=True)
    return {month: month if at < MONTHS else EARLIER for at, month in enumerate(newest)}


def _summed(rows, names):
    "Counts by month, newest first, and by the other column"
    by_month = {name: Counter() for name in names.values()}
    by_other = {}
    for (month, other), numbers in rows:
        by_month[names[month]].update(numbers)
        by_other.setdefault(other, Counter()).update(numbers)
    return by_month, dict(sorted(by_other.items(), key=lambda pair: str(pair[0])))


def _beside(dimension, own, tallied, names):
    """Counts of the other values of a dimension by month, and of all of them: by these and what is
    shown, what is hidden could be told"""
    found = {}
    for (month, value), numbers in tallied:
        for key in [(dimension, "", TOTAL), (dimension, "", names[month])]:
            found.setdefault(key, Counter()).update(numbers)
        if value != own:
            for name in (TOTAL, names[month]):
                found.setdefault((dimension, f"={value}", name), Counter()).update(numbers)
    return found


def _lines_beside(dimension, more, by_month):
    "Each value over the months, and each month over the values"
    values = {key[1] for key in more}
    for value in values:
        yield (
            [key for key in more if key[1] == value and key[2] != TOTAL],
            (dimension, value, TOTAL),
        )
    for name in (TOTAL, *by_month):
        mine = (TOTAL,) if name == TOTAL else ("month", name)
        others = [key for key in more if key[1] and key[2] == name]
        if (dimension, "", name) in more:
            yield [mine, *others], (dimension, "", name)


def _hidden(own, lines):
    "What is not shown: each count by itself, and the lines of each kind of count"
    counts = {(*key, one): own[key][one] for key in own for one in COUNTED}
    parts_of = {(*key, STAGES[0]): [(*key, one) for one in COUNTED[1:]] for key in own}
    of_each = [
        ([(*part, one) for part in parts], (*total, one))
        for parts, total in lines
        for one in COUNTED
    ]
    return hidden(counts, of_each, parts_of)


def _percentiles(days):
    """The median and the 90th percentile of (days, how many): the day by which half, and nine
    tenths, were treated"""
    upto = list(accumulate(number for _, number in days))
    return tuple(
        next(day for (day, _), number in zip(days, upto, strict=True) if number >= share * upto[-1])
        for share in (0.5, 0.9)
    )

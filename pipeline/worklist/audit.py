"""Who saw whom, and what else is on record of the users: append-only, kept for its retention."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, insert, literal, select

from pipeline.core import printable, zone
from pipeline.worklist.items import AT_ONCE, in_utc, items_of_person
from pipeline.worklist.tables import access as entry
from pipeline.worklist.tables import break_glass, item, seen

REMOVED = "audit_removed"  # what the triggers look for before they let a row go


@dataclass(frozen=True)
class Asked:
    """Which accesses: of a patient (the key of the item), of a user, of a kind, from an instant up
    to, and not including, another."""

    key: str | None = None
    who: str | None = None
    what: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of_days(cls, *, key=None, who=None, what=None, since=None, until=None):
        """By days of the installation's time zone, the last one included."""
        after = until + timedelta(days=1) if until else None
        return cls(key=key, who=who, what=what, since=_began(since), until=_began(after))


def _began(day):
    return datetime.combine(day, time(), zone()).astimezone(UTC) if day else None


def described(**asked):
    """What was asked for, for the record; never of a patient, who is recorded as seen."""
    return "; ".join(f"{name}: {value}" for name, value in asked.items() if value) or None


def record_access(store, *, actor, what, items=(), rows=None, detail=None, origin=None):
    """Keep who did what, when, and which patients it showed.

    what: patient, search, export, login, …; items: ids of items; rows: how many were shown, the
    number of items where it is not given; detail: never an id or a value of a patient; origin: the
    address, or the command line. Recorded before it is shown: what cannot be recorded is not shown.
    """
    with store.writing() as con:
        write_access(
            con, actor=actor, what=what, items=items, rows=rows, detail=detail, origin=origin
        )


def write_access(con, *, actor, what, items=(), rows=None, detail=None, origin=None):
    """As `record_access`, within a transaction; returns the id of the access."""
    items = list(dict.fromkeys(items))
    told = {
        "at": datetime.now(UTC), "who": actor.name, "what": what, "detail": _on_a_line(detail),
        "rows": len(items) if rows is None and items else rows, "origin": origin,
    }  # fmt: skip
    [number] = con.execute(insert(entry).values(told)).inserted_primary_key
    for place in range(0, len(items), AT_ONCE):  # of an item that was forgotten meanwhile, none
        some = items[place : place + AT_ONCE]
        shown = select(item.c.id, literal(number)).where(item.c.id.in_(some))
        con.execute(insert(seen).from_select(["item_id", "access_id"], shown))
    return number


def _on_a_line(detail):
    "As it can be shown, so that no part of it looks like another entry"
    return printable(detail).replace("\n", "%0A").replace("\t", "%09") if detail else detail


def accesses(store, asked=None, *, limit: int | None = 200):
    """The newest accesses: id, at, who, what, rows, detail, origin, patients (how many are known),
    and the key of the patient where it is one. limit: None for all."""
    chosen = _chosen(asked or Asked()).order_by(entry.c.id.desc()).limit(limit)
    with store.reading() as con:
        rows = [dict(row) for row in con.execute(chosen).mappings()]
    return [row | {"at": in_utc(row["at"])} for row in rows]


def kinds(store):
    """What accesses of the store are of: patient, list, login, …, in order."""
    with store.reading() as con:
        return sorted(con.scalars(select(entry.c.what).distinct()))


def access(store, access_id):
    """One access as `accesses` has it, or None."""
    with store.reading() as con:
        chosen = _chosen(Asked()).where(entry.c.id == access_id)
        row = con.execute(chosen).mappings().one_or_none()
    return {**row, "at": in_utc(row["at"])} if row else None


def _chosen(asked):
    "The accesses asked for, each with how many patients it showed and the key of a single one"
    shown = select(func.count()).where(seen.c.access_id == entry.c.id).scalar_subquery()
    single = (
        select(func.min(item.c.key))
        .join(seen, seen.c.item_id == item.c.id)
        .where(seen.c.access_id == entry.c.id)
        .having(func.count() == 1)
        .scalar_subquery()
    )
    return select(entry, shown.label("patients"), single.label("key")).where(*_conditions(asked))


def _conditions(asked):
    if asked.key is not None:
        of_patient = select(seen.c.access_id).where(seen.c.item_id.in_(items_of_person(asked.key)))
        yield entry.c.id.in_(of_patient)
    for column, value in ((entry.c.who, asked.who), (entry.c.what, asked.what)):
        if value:
            yield column == value
    if asked.since:
        yield entry.c.at >= asked.since
    if asked.until:
        yield entry.c.at < asked.until


def patients_seen(store, access_id):
    """The patients whom one access showed: id, key, patient_id, in order of the patient id."""
    columns = (item.c.id, item.c.key, item.c.patient_id)
    chosen = select(*columns).join(seen, seen.c.item_id == item.c.id)
    chosen = chosen.where(seen.c.access_id == access_id).order_by(item.c.patient_id)
    with store.reading() as con:
        return [dict(row) for row in con.execute(chosen).mappings()]


def access_lines(store, asked):
    """Every access asked for, oldest first, as dicts for JSON lines: patients by key, never by
    id."""
    columns = (entry.c.id, entry.c.at, entry.c.who, entry.c.what, entry.c.origin)
    chosen = select(*columns, entry.c.rows, entry.c.detail).where(*_conditions(asked))
    with store.reading() as con:
        result = con.execution_options(yield_per=AT_ONCE).execute(chosen.order_by(entry.c.id))
        for some in result.mappings().partitions(AT_ONCE):
            keys = _keys(con, [row["id"] for row in some])
            for row in some:
                at = in_utc(row["at"]).isoformat(timespec="milliseconds")
                yield {**row, "at": at, "patients": keys.get(row["id"], [])}


def _keys(con, access_ids):
    keys = {}
    chosen = select(seen.c.access_id, item.c.key).join(item, item.c.id == seen.c.item_id)
    for number, key in con.execute(chosen.where(seen.c.access_id.in_(access_ids))):
        keys.setdefault(number, []).append(key)
    return keys


def remove_before(store, before, *, actor):
    """Remove the accesses of before an instant, the only way that rows go; returns how many.

    That they were removed is an access itself, by which the database lets them go.
    """
    old = entry.c.at < before
    with store.writing() as con:
        number = con.scalar(select(func.count()).where(old))
        if number:
            told = {
                "at": datetime.now(UTC), "who": actor.name, "what": REMOVED, "rows": number,
                "detail": before.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
            }  # fmt: skip
            con.execute(insert(entry).values(told))
            for table in (seen, break_glass):
                gone = table.c.access_id.in_(select(entry.c.id).where(old))
                con.execute(delete(table).where(gone))
            con.execute(delete(entry).where(old))
    if number:
        store.scrub()
    return number

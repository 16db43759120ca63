"""One item: found by its key, by its patient, or by how the patient's id begins; and what was done
to it."""

from datetime import UTC

from pyarrow import parquet
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.core import clock
from pipeline.worklist.changes import new_key
from pipeline.worklist.history import followed_run
from pipeline.worklist.need_to_know import is_seen_in_lists, seen_alone, seen_in_lists
from pipeline.worklist.rows import COLUMNS, as_row
from pipeline.worklist.tables import event, item, note

AT_ONCE = 500  # parameters of one statement
PLACE = ("site", "is_opted_out")  # of an item
NOWHERE = {"site": "", "is_opted_out": False}


def item_of_key(store, key, *, today=None):
    """The row of an item; None where no item has this key, or the reader does not see it."""
    return _row(store, item.c.key == key, today)


def item_of_patient(store, patient_id, *, home=None, today=None):
    """The row of a patient's item, made as `items_of_patients` does; None where the reader does not
    see the patient."""
    items_of_patients(store, [patient_id], home=home, today=today)
    return _row(store, item.c.patient_id == patient_id, today)


def find_exactly(store, patient_id, *, home, today=None):
    """The row of the patient who has exactly this id, on the worklist or in the run that is
    followed, or of the one whom it was merged into; an item is made for one who was never listed.

    None alike for an id that is unknown and for a patient whom the reader does not see: one takes
    as long as the other, and leaves no trace, so that nothing tells them apart.
    """
    placed = _placed(home, store, [patient_id]).get(patient_id)
    surviving = (placed or {}).get("merged_into") or patient_id
    row = _row(store, item.c.patient_id == surviving, today)
    if row or placed is None:
        return row
    if not is_seen_in_lists(store, **{name: placed[name] for name in PLACE}):
        return None
    return item_of_patient(store, surviving, home=home, today=today)


def _row(store, where, today):
    seen = seen_alone(store)
    with store.reading() as con:
        row = (
            con.execute(select(*COLUMNS).where(where, item.c.patient_id.is_not(None), *seen))
            .mappings()
            .one_or_none()
        )
    return as_row(row, today or clock.today()) if row else None


def items_of_patients(store, patient_ids, *, home=None, today=None):
    """The items of the patients whom the reader sees, `{patient_id: (id, key)}`; made with the
    status `off_list` for those who have none.

    home: where the run that is followed says which site they belong to and whether they opted out.
    """
    wanted = list(dict.fromkeys(patient_ids))
    known = _known(store, wanted)
    missing = [patient_id for patient_id in wanted if patient_id not in known]
    if missing:
        placed = _placed(home, store, missing) if home else {}
        _make_off_list(store, missing, placed, today or clock.today())
    seen = seen_in_lists(store)
    return _known(store, wanted, seen) if missing or seen else known


def seen_patients(store, patient_ids, *, home):
    """Those of the patients whom the reader sees in lists, as a set; no item is made. One of whom
    neither an item nor the run that is followed knows, as after an erasure, is not among them."""
    wanted = list(dict.fromkeys(patient_ids))
    places = _places(store, wanted)
    missing = [patient_id for patient_id in wanted if patient_id not in places]
    places |= _placed(home, store, missing) if missing else {}
    return {
        patient_id
        for patient_id, place in places.items()
        if is_seen_in_lists(store, **{name: place[name] for name in PLACE})
    }


def _places(store, patient_ids):
    "Where the patients who have an item belong"
    places, columns = {}, (item.c.patient_id, *(item.c[name] for name in PLACE))
    with store.reading() as con:
        for place in range(0, len(patient_ids), AT_ONCE):
            some = patient_ids[place : place + AT_ONCE]
            for row in con.execute(select(*columns).where(item.c.patient_id.in_(some))).mappings():
                places[row["patient_id"]] = {name: row[name] for name in PLACE}
    return places


def _make_off_list(store, patient_ids, placed, today):
    "Items of patients who were never listed; one that another process made meanwhile stays"
    fresh = {"status": "off_list", "is_active": False, "waits_from": today}
    made = [
        {"key": new_key(), "patient_id": each, **fresh}
        | {name: placed.get(each, NOWHERE)[name] for name in PLACE}
        for each in patient_ids
    ]
    insert = (sqlite if store.is_sqlite else postgresql).insert(item)
    with store.writing() as con:
        con.execute(insert.on_conflict_do_nothing(index_elements=["patient_id"]), made)


def _placed(home, store, patient_ids):
    "What the run that is followed says of where patients belong, and into whom they were merged"
    followed = followed_run(store)
    file = home.runs / followed["run_id"] / "patient_site.parquet" if followed else None
    if file is None or not file.exists():
        return {}
    rows = parquet.read_table(file, filters=[("patient_id", "in", patient_ids)]).to_pylist()
    return {
        row["patient_id"]: {
            "site": row["site"] or "", "is_opted_out": bool(row.get("is_opted_out")),
            "merged_into": row.get("merged_into"),
        }
        for row in rows
    }  # fmt: skip


def _known(store, patient_ids, seen=()):
    known = {}
    with store.reading() as con:
        for place in range(0, len(patient_ids), AT_ONCE):
            some = patient_ids[place : place + AT_ONCE]
            columns = (item.c.patient_id, item.c.id, item.c.key)
            for row in con.execute(select(*columns).where(item.c.patient_id.in_(some), *seen)):
                known[row.patient_id] = (row.id, row.key)
    return known


def find_patients(store, begins_with, *, today=None, limit=50):
    """The rows of the items whose patient id begins so, among those that the reader sees, in order
    of the id, of every status; at most `limit`."""
    where = (
        item.c.patient_id.startswith(begins_with, autoescape=True),
        item.c.patient_id.is_not(None),
        *seen_in_lists(store),
    )
    today = today or clock.today()
    with store.reading() as con:
        rows = con.execute(
            select(*COLUMNS).where(*where).order_by(item.c.patient_id).limit(limit)
        ).mappings()
        return [as_row(row, today) for row in rows]


def key_of_patient(store, patient_id):
    """The key of a patient's item, None where there is none: it makes none, unlike
    `item_of_patient`."""
    wanted = select(item.c.key).where(item.c.patient_id == patient_id)
    with store.reading() as con:
        return con.scalar(wanted) if patient_id else None


def events(store, key):
    """What was done to an item, and to those merged into it, newest first: at, who, kind,
    from_status, to_status, detail, run_id; of an attempt to reach the patient, channel and
    outcome; act: what it is undone by."""
    columns = (
        event.c.at,
        event.c.who,
        event.c.kind,
        event.c.from_status,
        event.c.to_status,
        event.c.detail,
        event.c.run_id,
        event.c.channel,
        event.c.outcome,
        event.c.act,
    )
    with store.reading() as con:
        rows = con.execute(
            select(*columns)
            .where(event.c.item_id.in_(merged_items(key)))
            .order_by(event.c.at.desc(), event.c.id.desc())
        ).mappings()
        return [{**row, "at": in_utc(row["at"])} for row in rows]


def merged_items(key):
    """The ids of an item and of those merged into it, as a SELECT."""
    mine = select(item.c.id).where(item.c.key == key).scalar_subquery()
    return select(item.c.id).where((item.c.id == mine) | (item.c.merged_into == mine))


def items_of_person(key):
    """The ids of the items of a person, by the key of any of them, as a SELECT: also of an id that
    was merged, where `merged_items` looks the other way."""
    mine = select(func.coalesce(item.c.merged_into, item.c.id)).where(item.c.key == key)
    first = mine.scalar_subquery()
    return select(item.c.id).where((item.c.id == first) | (item.c.merged_into == first))


def in_utc(at):
    """An instant of the database; SQLite gives it back without its zone."""
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def notes(store, key):
    """The clinicians' notes of an item and of those merged into it: id, kind, noted_on, author,
    recorded_at, withdrawn_at, withdrawn_by.

    Newest first.
    """
    columns = (
        note.c.id,
        note.c.kind,
        note.c.noted_on,
        note.c.author,
        note.c.recorded_at,
        note.c.withdrawn_at,
        note.c.withdrawn_by,
    )
    with store.reading() as con:
        rows = con.execute(
            select(*columns).where(note.c.item_id.in_(merged_items(key))).order_by(note.c.id.desc())
        ).mappings()
        return [
            {
                **row,
                "recorded_at": in_utc(row["recorded_at"]),
                "withdrawn_at": in_utc(row["withdrawn_at"]),
            }
            for row in rows
        ]

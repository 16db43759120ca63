"""How patients are reached: kept for display alone, shown to those who may see the patient."""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from pipeline.core import CONTACT
from pipeline.worklist import bulk
from pipeline.worklist.need_to_know import seen_alone
from pipeline.worklist.tables import contact, item

COLUMNS = [column.name for column in contact.c]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATER = "excluded.{at} > coalesce(contact.{at}, excluded.{at} - 1)"
# of two that were recorded at one time the greater counts, whichever comes first
_GREATER = "(excluded.{at} = contact.{at} and excluded.{name} > contact.{name})"
_REPLAYED = "excluded.{at} = contact.{at}"


@dataclass(frozen=True)
class Contact:
    """What is known of a patient for display; None: not recorded. source: of the row that was
    recorded last, at known_at (UTC)."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    preferred_language: str | None = None
    postcode_area: str | None = None
    registered_clinician: str | None = None
    ethnicity: str | None = None
    source: str | None = None
    known_at: datetime | None = None


assert tuple(each.name for each in fields(Contact)) == (*CONTACT, "source", "known_at")


def keep_contacts(store, rows):
    """Put rows (tuples of all columns of `contact`) into the store, each column where it is newer
    than what is held. Any order and any repetition give the same. Raises StorageError."""
    with store.writing() as con:
        _merge(con, [rows], tie=_GREATER)


def replace_contacts(store, replayed, *, is_whole):
    """Put the contacts of a replay, in a store of its own, into the place of those that are held.

    is_whole: everything was replayed; otherwise what the replay does not state stays. Raises
    StorageError.
    """
    with replayed.reading() as source, store.exclusive() as con:
        rows = bulk.read(source, select(contact))
        if is_whole:
            con.execute(delete(contact))
            bulk.insert(con, "contact", COLUMNS, rows)
        else:
            _merge(con, rows, tie=_REPLAYED)


def _merge(con, rows, *, tie):
    values = {}
    for value, at in [*((name, f"{name}_at") for name in CONTACT), ("source", "known_at")]:
        is_newer = f"{_LATER} or {tie}".format(name=value, at=at)
        for column in (value, at):
            values[column] = (
                f"case when {is_newer} then excluded.{column} else contact.{column} end"
            )
    bulk.merge(con, "contact", key="patient_id", columns=COLUMNS, values=values, rows=rows)


def contacts(store, keys, *, also=None):
    """The Contact of each of these items that the reader sees and of whom anything is known, by
    key: each column of the id that survived, else of those that were merged into it.

    also: key -> more patient ids that are the same person's, of which there may be no item.
    """
    if store.reader and not store.reader.may("viewer"):
        return {}
    also = {key: list(ids) for key, ids in (also or {}).items() if ids}
    other = item.alias()
    seen = (item.c.key.in_(list(keys)), *seen_alone(store))
    own = select(item.c.key, contact).join(contact, contact.c.patient_id == item.c.patient_id)
    merged = (
        select(item.c.key, contact)
        .join(other, other.c.merged_into == item.c.id)
        .join(contact, contact.c.patient_id == other.c.patient_id)
    )
    found, more = defaultdict(list), []
    with store.reading() as con:
        owners = dict(con.execute(select(item.c.key, item.c.patient_id).where(*seen)).all())
        for row in con.execute(own.where(*seen).union(merged.where(*seen))).mappings():
            found[row["key"]].append(row)
        if ids := [one for key in owners for one in also.get(key, ())]:
            more = (
                con.execute(select(contact).where(contact.c.patient_id.in_(ids))).mappings().all()
            )
    for key in owners:
        found[key] += [row for row in more if row["patient_id"] in also.get(key, ())]
    return {key: _one(rows, owners[key]) for key, rows in found.items() if rows}


def _one(rows, own_id):
    "The Contact of a person with rows of several ids"

    def latest(name, at):
        held = [row for row in rows if row[name] is not None]
        last = max(
            held, key=lambda row: (row["patient_id"] == own_id, row[at], row[name]), default=None
        )
        return last and last[name]

    values = {name: latest(name, f"{name}_at") for name in CONTACT}
    known_at = EPOCH + timedelta(microseconds=max(row["known_at"] for row in rows))
    return Contact(**values, source=latest("source", "known_at"), known_at=known_at)


def count_contacts(con, patient_ids):
    """How many of these patient ids have a contact."""
    chosen = select(contact.c.patient_id).where(contact.c.patient_id.in_(list(patient_ids)))
    return len(con.execute(chosen).all())


def forget_contacts(con, patient_ids):
    """Delete the contacts of these patient ids; returns how many went."""
    chosen = contact.c.patient_id.in_(list(patient_ids))
    return con.execute(delete(contact).where(chosen)).rowcount

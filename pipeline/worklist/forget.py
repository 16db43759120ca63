"""Forget a patient in the store."""

from sqlalchemy import delete, func, select, update

from pipeline.worklist.contacts import count_contacts, forget_contacts
from pipeline.worklist.tables import access, break_glass, episode, event, item, note, seen


def forget(store, patient_ids):
    """Delete the items of these patient ids with their events and notes, and their contacts;
    returns how many rows went.

    What stays: who had read how many pages, without saying whose.
    """
    with (
        store.exclusive() as con
    ):  # a night that is followed just now may still make an item of them
        ids = con.scalars(select(item.c.id).where(item.c.patient_id.in_(patient_ids))).all()
        rows = forget_contacts(con, patient_ids) + (_forget_items(con, ids) if ids else 0)
    if rows:
        store.scrub()
    return rows


def _forget_items(con, ids):
    con.execute(
        update(item).where(item.c.id.in_(ids)).values(patient_id=None)
    )  # only now the trigger lets their events go
    con.execute(update(item).where(item.c.merged_into.in_(ids)).values(merged_into=None))
    for table in (seen, break_glass, episode):
        con.execute(delete(table).where(table.c.item_id.in_(ids)))
    rows = _counted(con, ids)
    for table in (event, note):
        con.execute(delete(table).where(table.c.item_id.in_(ids)))
    con.execute(delete(item).where(item.c.id.in_(ids)))
    return rows


def patient_ids(store):
    """Every patient id that an item has, also of patients whom the lake does not know any more."""
    with store.reading() as con:
        return con.scalars(select(item.c.patient_id).where(item.c.patient_id.is_not(None))).all()


def rows_of_patients(store, patient_ids):
    """How many items, events and notes are kept of these patient ids."""
    with store.reading() as con:
        ids = con.scalars(select(item.c.id).where(item.c.patient_id.in_(patient_ids))).all()
        return _counted(con, ids)


def contacts_of_patients(store, patient_ids):
    """How many contacts are kept of these patient ids."""
    with store.reading() as con:
        return count_contacts(con, patient_ids)


def _counted(con, ids):
    return len(ids) + sum(
        con.scalar(select(func.count()).select_from(table).where(table.c.item_id.in_(ids)))
        for table in (event, note)
    )


def texts_naming(store, is_named):
    """How many texts of people or of the night hold what this function finds: details of events and
    of accesses, and why a patient of another site was opened."""
    columns = (event.c.detail, break_glass.c.because, access.c.detail)
    with store.reading() as con:
        return sum(
            sum(map(is_named, con.scalars(select(column).where(column.is_not(None)))))
            for column in columns
        )

"""Need to know: which patients a user sees.

Every SELECT of items that answers a user has one of these conditions; a store without a reader
(`Store.seen_by`) belongs to the pipeline itself and has none.
"""

from datetime import UTC, datetime

from sqlalchemy import or_, select

from pipeline.worklist.tables import break_glass, item


def sites_seen(store):
    """The sites whose patients the reader of a store sees; None for all."""
    return store.reader.sites if store.reader else None


def seen_in_lists(store):
    """Conditions on `item` for lists, counts, searches and exports: the sites of the reader,
    without those who opted out unless the reader is a steward."""
    actor = store.reader
    if actor is None:
        return []
    sites = [] if actor.sites is None else [item.c.site.in_(actor.sites)]
    return [*sites, *_opted_in(actor)]


def seen_alone(store):
    """Conditions on `item` for the page of one patient: also who was opened with a reason."""
    actor = store.reader
    if actor is None:
        return []
    if actor.sites is None:
        return _opted_in(actor)
    opened = select(break_glass.c.item_id).where(
        break_glass.c.who == actor.name, break_glass.c.until > datetime.now(UTC)
    )
    return [or_(item.c.site.in_(actor.sites), item.c.id.in_(opened)), *_opted_in(actor)]


def _opted_in(actor):
    return [] if actor.may("steward") else [~item.c.is_opted_out]


def is_seen_in_lists(store, *, site, is_opted_out):
    """Whether a patient is among `seen_in_lists`, of whom no item may be made yet."""
    actor = store.reader
    if actor is None:
        return True
    is_of_site = actor.sites is None or site in actor.sites
    return is_of_site and (not is_opted_out or actor.may("steward"))


def why_hidden(store, key):
    """Why the reader of a store does not see an item: `opted_out`, `other_site`, or None where
    they do or there is no such item."""
    seen = select(item.c.id).where(item.c.key == key, *seen_alone(store))
    chosen = select(item.c.is_opted_out).where(item.c.key == key, item.c.patient_id.is_not(None))
    with store.reading() as con:
        is_opted_out = con.scalar(chosen)
        if is_opted_out is None or con.scalar(seen) is not None:
            return None
    is_for_stewards = is_opted_out and not store.reader.may("steward")
    return "opted_out" if is_for_stewards else "other_site"

"""A worklist's filter in the address of its page, and the addresses of the pages beside it. No
patient id is ever in one."""

import re
from datetime import date
from functools import lru_cache
from time import monotonic
from urllib.parse import urlencode

from pipeline import worklist
from pipeline.core import clock

MANY = ("priority", "action", "alert", "cohort", "site", "assignee", "status")
FRESH_SECONDS = 20
MONTH = re.compile(r"\d{4}-\d\d")
NOT_LINKED = (
    "page", "format", "filters", "done", "stale", "to", "set", "did", "undone",
)  # fmt: skip


def asked(store, query, who, *, today, switch=None):
    """The Filter that an address asks for on behalf of a user, and the day since which they have
    not looked at the list; None where nothing came since. switch: the first run of another
    protocol, None without one."""
    since = worklist.changes_since_visit(store, who, today=today)
    return chosen(query, since or date.max, switch), since


def chosen(query, since=None, switch=None):
    """A Filter from the query of an address; what it does not know is ignored. since: the day that
    its `since=new` and `since=changed` mean; switch: the Switch of `since=protocol` and
    `since=reopened`; None: to which no item fits."""
    switched_on = switch.as_of if switch else date.max
    values = {name: tuple(value for value in query.getlist(name) if value) for name in MANY}
    return worklist.Filter(
        priority=tuple(int(value) for value in values["priority"] if value in ("1", "2", "3", "4")),
        action=values["action"],
        alert=values["alert"],
        cohort=values["cohort"],
        site=tuple("" if value == "-" else value for value in values["site"]),
        assignee=tuple("" if value == "-" else value for value in values["assignee"]),
        status=tuple(value for value in values["status"] if value in worklist.STATUSES),
        waiting=_number(query.get("waiting"), 1, 36_500),
        new_since=since if query.get("since") == "new" else None,
        changed_since=since if query.get("since") == "changed" else None,
        protocol_since=switched_on if query.get("since") in ("protocol", "reopened") else None,
        reopened_by=switch.run_id if switch and query.get("since") == "reopened" else None,
        attempt_due=clock.today() if query.get("attempt") == "due" else None,
        identified=identified(query),
    )


def choices(store):
    """What the filters offer, see `worklist.choices`; asked of the database only now and then, as
    the night alone changes most of it."""
    return _choices(store, int(monotonic() // FRESH_SECONDS))


@lru_cache(maxsize=64)
def _choices(store, _):
    return worklist.choices(store)


def identified(query):
    """The worklist.Identified that an address asks for by `stage`; None without one."""
    if query.get("stage") not in worklist.STAGES:
        return None
    month = query.get("identified", "")
    return worklist.Identified(
        stage=query.get("stage"), month=month if MONTH.fullmatch(month) else None,
        priority=_number(query.get("was"), 1, 4), chosen=counted(query),
    )  # fmt: skip


def counted(query):
    """The worklist.Chosen of an address: whose outcomes are counted."""
    values = {name: query.get(name) or None for name in worklist.DIMENSIONS}
    return worklist.Chosen(**values | {"site": "" if values["site"] == "-" else values["site"]})


def order(query):
    """How the page is sorted: the name of a sort, and whether downwards."""
    sort = query.get("sort", "priority")
    return sort if sort in worklist.SORTS else "priority", query.get("order") == "down"


def number(query):
    """Which page, from 1."""
    return _number(query.get("page"), 1, 10_000_000) or 1


def address(query, **changes):
    """The query of an address with some parts changed, `?…`; a part that is None is left out."""
    pairs = [
        (name, value)
        for name, value in query.multi_items()
        if name not in (*changes, *NOT_LINKED) and value
    ]
    for name, value in changes.items():
        pairs += [
            (name, each)
            for each in (value if isinstance(value, list) else [value])
            if each is not None
        ]
    return "?" + urlencode(pairs)


def toggled(query, name, value, *, alone=False):
    """The address with one value of a filter put in, or taken out when it was there. alone: in
    place of its other values."""
    values = [each for each in query.getlist(name) if each == value or not alone]
    kept = [each for each in values if each != value] if value in values else [*values, value]
    return address(query, **{name: kept})


def _number(text, least, most):
    return (
        min(max(int(text), least), most) if text and text.isdecimal() and len(text) < 12 else None
    )

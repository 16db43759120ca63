"""A worklist's filter in the address of its page, and the addresses of the pages beside it. No
patient id is ever in one."""

from urllib.parse import urlencode

from pipeline import worklist

MANY = ("priority", "next_step", "alert", "cohort", "site", "assignee", "status")
NOT_LINKED = ("page", "format", "filters", "done", "stale", "to")


def chosen(query):
    """A Filter from the query of an address; what it does not know is ignored."""
    given = {name: tuple(one for one in query.getlist(name) if one) for name in MANY}
    return worklist.Filter(
        priority=tuple(int(one) for one in given["priority"] if one in ("1", "2", "3", "4")),
        next_step=given["next_step"],
        alert=given["alert"],
        cohort=given["cohort"],
        site=tuple("" if one == "-" else one for one in given["site"]),
        assignee=tuple("" if one == "-" else one for one in given["assignee"]),
        status=tuple(one for one in given["status"] if one in worklist.STATUSES),
        waiting=_number(query.get("waiting"), 1, 36_500),
    )


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
            (name, one)
            for one in (value if isinstance(value, list) else [value])
            if one is not None
        ]
    return "?" + urlencode(pairs)


def toggled(query, name, value):
    """The address with one value of a filter put in, or taken out when it was there."""
    given = query.getlist(name)
    kept = [one for one in given if one != value] if value in given else [*given, value]
    return address(query, **{name: kept})


def _number(text, least, most):
    return (
        min(max(int(text), least), most) if text and text.isdecimal() and len(text) < 12 else None
    )

"""The people to whom an item may be assigned."""

from pipeline import worklist
from pipeline.core import UsageError
from pipeline.web.access import store_of
from pipeline.web.forms import text

LONGEST = 100  # characters of a name


def people(store, assignees):
    """Names to choose from: the users; where Airflow manages the login, those who have
    items."""
    return _users(store) or assignees


def assignee_of(request, form, now=None):
    """The name in the field `assignee` of a form, None when empty; the present assignee
    `now` is always accepted. Raises UsageError for an unknown user."""
    name = text(form, "assignee", LONGEST)
    known = _users(store_of(request))
    if known and name not in (None, now, *known):
        raise UsageError(f"There is no user {name}. Choose a name from the list.")
    return name


def _users(store):
    return [one["name"] for one in worklist.users(store) if not one["is_disabled"]]

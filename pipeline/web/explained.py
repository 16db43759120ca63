"""What `b12 explain` says of a patient, kept for a while: it takes a second, and a reader comes back to a page."""

from collections import OrderedDict
from threading import Lock

from pipeline.explain import explain_latest
from pipeline.report import latest

KEPT = 64
_pages, _lock = OrderedDict(), Lock()


def explained(home, patient_id):
    """The dict of `explain_latest`, of the last 64 asked for by run and patient. Raises UsageError."""
    key = (str(home.root), latest(home).resolve().name, patient_id)
    with _lock:
        if key in _pages:
            _pages.move_to_end(key)
            return _pages[key]
    found = explain_latest(home, patient_id=patient_id)
    with _lock:
        _pages[key] = found
        while len(_pages) > KEPT:
            _pages.popitem(last=False)
    return found

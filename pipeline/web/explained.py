"""What `b12 explain` says of a patient, kept for a while: it takes a second, and a reader comes back to a page."""

from collections import OrderedDict
from threading import Lock

from pipeline.explain import explain_latest
from pipeline.report import latest

KEPT = 64
_pages, _lock = OrderedDict(), Lock()


def explained(home, patient_id):
    """The dict of `explain_latest`, of the last 64 asked for by run, state of the lake and patient. Raises UsageError.

    The state of the lake: a patient who was forgotten since is not remembered here.
    """
    lake = max((path.stat().st_mtime_ns for path in home.lake.glob("*/_delta_log")), default=0)
    key = (str(home.root), latest(home).resolve().name, lake, patient_id)
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

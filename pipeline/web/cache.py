"""Slow results, kept in memory until their inputs change."""

from collections import OrderedDict
from threading import Lock

from pipeline import lake


class Kept:
    """The last `most` answers by their key."""

    def __init__(self, most):
        self.most, self._found, self._lock = most, OrderedDict(), Lock()

    def known(self, key):
        """The answer of this key where it is kept, else None."""
        with self._lock:
            return self._found.get(key)

    def get(self, key, make):
        """The answer of this key, else that of `make()`, which is kept; what it raises is not."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = make()
        with self._lock:
            self._found[key] = found
            while len(self._found) > self.most:
                self._found.popitem(last=False)
        return found


def state_of(home, *run_ids):
    """A key that changes with the lake and with these runs' folders: who was forgotten since is in
    no answer that it finds."""
    folders = {path.name: path.stat().st_mtime_ns for path in home.runs.glob("[!.]*")}
    return (
        str(home.root),
        lake.state_of_logs(home),
        *((run_id, folders.get(run_id)) for run_id in run_ids),
    )

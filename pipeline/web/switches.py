"""The runs that another protocol screened than the one before: from which to which, and what the
change alone did to the list, as the night counted it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import zip_longest

from pipeline import worklist
from pipeline.runs import CountedChange, counted_change, known_manifest
from pipeline.web.access import store_of
from pipeline.web.shadows import named, shadows_of

CHANGES_SHOWN = timedelta(days=14)  # longer ago, the patient's page tells of it
LOOKED_AT = 60  # runs


@dataclass(frozen=True)
class Switch:
    """The first run of another protocol. before, after: the names and versions, the same where the
    text alone changed. moved: what the change alone does, on the same data; None where it was not
    counted."""

    run_id: str
    as_of: date
    before: str
    after: str
    moved: CountedChange | None

    @property
    def is_text(self):
        return self.before == self.after


def switches(home, runs):
    """`{run_id: Switch}` of published runs, of rows of `worklist.runs`, newest first."""
    published = [run for run in runs if run["is_published"]]
    found = (_switch(home, run, before) for run, before in _with_the_one_before(published))
    return {switch.run_id: switch for switch in found if switch}


def switch_of(home, runs, run_id):
    """The Switch of one of the published runs, newest first; None where its protocol is that of the
    run before."""
    pairs = _with_the_one_before(runs)
    return next((_switch(home, *pair) for pair in pairs if pair[0]["run_id"] == run_id), None)


def standing_switch(request):
    """The newest Switch that the worklist follows; None where it is more than two weeks older than
    the list."""
    home, store = request.app.state.home, store_of(request)
    followed, runs = worklist.followed_run(store), worklist.runs(store, limit=LOOKED_AT)
    if followed is None:
        return None
    published = [
        run for run in runs if run["is_published"] and run["started_at"] <= followed["started_at"]
    ]
    found = (
        _switch(home, run, before)
        for run, before in _with_the_one_before(published)
        if run["as_of"] >= followed["as_of"] - CHANGES_SHOWN
    )
    return next(filter(None, found), None)


def _with_the_one_before(runs):
    "Of runs, newest first; None of the oldest"
    return zip_longest(runs, runs[1:])


def _may_differ(home, run, before):
    """Manifests name every file of the lake, so those of the other runs are not read, but for the
    latest one's: a change of the text alone may not have been counted"""
    if (before and run["protocol"] != before["protocol"]) or _is_latest(home, run):
        return True
    return any(named(shadow) == run["protocol"] for shadow in shadows_of(home, run["run_id"]))


def _is_latest(home, run):
    latest = home.runs / "latest"
    return latest.exists() and latest.resolve().name == run["run_id"]


def _switch(home, run, before):
    "By its manifest; of a run whose folder is gone by the names"
    if not _may_differ(home, run, before):
        return None
    try:
        former = _former(home.runs / run["run_id"])
    except FileNotFoundError:
        former = before and (before["protocol"], None)
    if not former:
        return None
    name, sha256 = former
    moved = counted_change(shadows_of(home, run["run_id"]), sha256)
    return Switch(run["run_id"], run["as_of"], name, run["protocol"], moved)


@lru_cache(maxsize=256)
def _former(folder):
    "Name and hash of the protocol of the run before, where it was another"
    before = known_manifest(folder).protocol_before
    return before and (str(before), before.sha256)

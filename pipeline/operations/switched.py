"""Tells operators once of a published run that another protocol screened than the one before."""

import logging
from itertools import takewhile

from pipeline.core import counted
from pipeline.operations.notifications import notify
from pipeline.runs import HELD, counted_change, known_manifest, listed_folders, read_counts

LOG = logging.getLogger("b12.alerts")
WHERE = "While the worklist follows this run, it and its rows say so. Runs in the pages."


def told_of_protocol(home, told_up_to, waiting=()):
    """Tell of each change of protocol since a run, by its id, of the newest run alone where none is
    known; and of those that waited. Returns the id of the run up to which this was told, None
    before the first run, and the ids of those that wait for a steward or could not be told."""
    held = {each.name.removeprefix(HELD) for each in home.runs.glob(f"{HELD}*")}
    folders = sorted(listed_folders(home))  # after those that are held: one that moves is in both
    since = told_up_to or max((each.name for each in folders[:-1]), default="")
    new = [each for each in folders if each.name > since or each.name in waiting]
    told = {each.name for each in takewhile(_is_told, new)}
    left = held.union(each.name for each in new) - told
    return max({told_up_to or "", *told}) or None, sorted(left)


def _is_told(folder):
    "Unless it could be told by no channel: then the next time again"
    lines = _lines(folder)
    if not lines:
        return True
    LOG.warning("%s", lines[0])
    told = notify("B12 screening: the protocol changed", lines)
    return not (told and all(told.values()))


def _lines(folder):
    run = known_manifest(folder)
    if not (run.published and run.protocol_change):
        return []
    change = run.protocol_change
    first = f"{change[:1].upper()}{change[1:]}, as of {run.as_of}."
    return [first, *_counted(folder, run), WHERE]


def _counted(folder, run):
    try:
        shadows = read_counts(folder / "shadows.json")
    except FileNotFoundError:
        return
    if change := counted_change(shadows, run.protocol_before.sha256):
        yield (
            f"On the same data it alone adds {counted(change.adds, 'patient')} to the worklist and"
            f" removes {change.removes:,}."
        )

"""Tells operators once of a published run that another protocol screened than the one before."""

import logging

from pipeline.core import counted
from pipeline.operations.notifications import notify
from pipeline.runs import known_manifest, listed_folders, read_counts

LOG = logging.getLogger("b12.alerts")


def told_of_protocol(home, told_up_to):
    """Tell of each change of protocol since a run, by its id; of the newest run alone where none is
    known. Returns the id of the run up to which this was told, None before the first run."""
    folders = sorted(listed_folders(home))
    new = [each for each in folders if each.name > told_up_to] if told_up_to else folders[-1:]
    for folder in new:
        if lines := _lines(folder):
            LOG.warning("%s", lines[0])
            told = notify("B12 screening: the protocol changed", lines)
            if told and all(told.values()):
                return told_up_to  # by no channel: the next time again
        told_up_to = folder.name
    return told_up_to


def _lines(folder):
    run = known_manifest(folder)
    if not (run.published and run.protocol_change):
        return []
    change = run.protocol_change
    first = f"{change[:1].upper()}{change[1:]}, as of {run.as_of}."
    return [first, *_counted(folder, run), "The worklist and its rows say so. Runs in the pages."]


def _counted(folder, run):
    try:
        shadows = read_counts(folder / "shadows.json")
    except FileNotFoundError:
        return
    for shadow in shadows:
        if shadow["protocol"]["sha256"] == run.protocol_before.sha256:
            moved = shadow["moved"]
            yield (
                f"On the same data it alone adds {counted(moved['leave'], 'patient')} to the"
                f" worklist and removes {moved['come']:,}."
            )

"""The steps in order: land, claim, ingest, screen, publish. The command line and the DAGs call
these functions."""

from pipeline import lake
from pipeline.core import exclusive_lock
from pipeline.exports import describe
from pipeline.ingest import ClaimedFile, claim_waiting, ingest_claimed
from pipeline.landing import copy_to_landing
from pipeline.profiles import install_profile
from pipeline.screening import decide, screen_again, screen_population

__all__ = [
    "ClaimedFile",
    "claim_waiting",
    "compact_lake",
    "decide",
    "describe",
    "ingest",
    "ingest_claimed",
    "ingest_waiting",
    "land",
    "screen_again",
    "screen_population",
]


def land(home, paths, source):
    """Copy files and folders into `landing/`; returns how many files wait there because of it."""
    landed, _ = copy_to_landing(home, paths, install_profile(source, home))
    return len(landed)


def ingest(home, paths, source, progress=lambda account: None):
    """Land the paths and ingest everything that waits; returns the Account of each file."""
    land(home, paths, source)
    return ingest_waiting(home, progress)


def ingest_waiting(home, progress=lambda account: None):
    """Ingest everything that waits in `landing/`; returns the Account of each file."""
    accounts = []
    for claimed in claim_waiting(home):
        if account := ingest_claimed(home, claimed):
            accounts.append(account)
            progress(account)
    return accounts


def compact_lake(home):
    """Merge the small files of every lake table; returns how many files each lost."""
    with exclusive_lock(home, "ingest"):
        return lake.compact(home)

"""The walk, in order: land, claim, ingest, screen, publish. The command line and the DAGs call these functions."""

from pipeline import lake
from pipeline.core import alone
from pipeline.exports import describe
from pipeline.ingest import Account, claim_waiting, ingest_claimed
from pipeline.landing import land as land_files
from pipeline.profiles import adopt
from pipeline.screening import decide, screen_again, screen_population

__all__ = [
    "claim_waiting", "compact_lake", "decide", "describe_latest", "ingest", "ingest_claimed", "land", "screen_again",
    "screen_population",
]  # fmt: skip


def land(home, paths, source):
    """Copy files and folders into `landing/`; returns how many files wait there now because of it."""
    landed, _ = land_files(home, paths, adopt(source, home))
    return len(landed)


def ingest(home, paths, source, progress=lambda account: None):
    """Land the paths and ingest everything that waits; returns the Account of each file."""
    land(home, paths, source)
    accounts = []
    for claimed in claim_waiting(home):
        if found := ingest_claimed(home, claimed):
            accounts.append(Account(**found))
            progress(accounts[-1])
    return accounts


def compact_lake(home):
    """Merge the small files of every lake table; returns how many files each lost."""
    with alone(home, "ingest"):
        return lake.compact(home)


def describe_latest(home, b12="b12"):
    """What the last published run found, for a person to read who calls the command as `b12`."""
    return describe(home, b12=b12)

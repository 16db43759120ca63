"""The steps in order: land, claim, ingest, screen, publish. The command line and the DAGs call
these functions."""

import logging

from pipeline import lake, screening
from pipeline.core import StorageError, exclusive_lock, today
from pipeline.exports import describe
from pipeline.ingest import (
    ClaimedFile,
    claim_batches,
    claim_waiting,
    ingest_all,
    ingest_claimed,
    ingest_claimed_batch,
    replay,
)
from pipeline.landing import copy_to_landing
from pipeline.operations import record_settings, write_monthly_reports
from pipeline.profiles import install_profile
from pipeline.screening import decide, plan_buckets, screen_again, screen_planned

LOG = logging.getLogger(__name__)
COMMAND_LINE = "command line"  # where what is put on record came from

__all__ = [
    "COMMAND_LINE",
    "ClaimedFile",
    "claim_batches",
    "claim_waiting",
    "compact_lake",
    "decide",
    "describe",
    "ingest",
    "ingest_claimed",
    "ingest_claimed_batch",
    "ingest_waiting",
    "land",
    "plan_buckets",
    "replay_archive",
    "report_outcomes",
    "screen_again",
    "screen_on_spark",
    "screen_planned",
    "screen_population",
]


def land(home, paths, source):
    """Copy files and folders into `landing/`; returns how many files wait there because of it."""
    landed, _ = copy_to_landing(home, paths, install_profile(source, home))
    return len(landed)


def ingest(home, paths, source, progress=lambda account: None):
    """Land the paths and ingest everything that waits; returns the Account of each file."""
    land(home, paths, source)
    try:
        record_settings(home, origin=COMMAND_LINE, is_first=False)
    except StorageError as error:  # an ingest needs no worklist database
        LOG.warning("Changed settings are recorded with the next screening: %s", error)
    return ingest_waiting(home, progress)


def ingest_waiting(home, progress=lambda account: None):
    """Ingest everything that waits in `landing/`; returns the Account of each file."""
    accounts = []
    for account in ingest_all(home, claim_waiting(home)):
        accounts.append(account)
        progress(account)
    return accounts


def compact_lake(home):
    """Merge the small files of every lake table; returns how many files each lost."""
    with exclusive_lock(home, "ingest"):
        return lake.compact(home)


def replay_archive(home):
    """Replay the archive with the current profiles and maps; returns how many files were read."""
    return len(replay.reingest(home))


def report_outcomes(home):
    """Write this month's outcomes reports; returns how many files."""
    return write_monthly_reports(home)


def screen_population(home, *arguments, asked_by=None, **options):
    """As `screening.screen_population`, after what changed in the settings, gates, profiles and
    maps was put on record. asked_by: the DAG run that asks for it."""
    if lake.exists(home):
        record_settings(home, origin="airflow" if asked_by else COMMAND_LINE)
    return screening.screen_population(home, *arguments, asked_by=asked_by, **options)


def screen_on_spark(home, as_of=None, *arguments, **options):
    """As `screening.screen_on_spark`, after what changed was put on record as for
    `screen_population`; as_of: a day, else today."""
    if home.lake.is_dir():
        record_settings(home, origin=COMMAND_LINE)
    day = screening.parse_day(as_of or today())
    return screening.screen_on_spark(home, day, *arguments, **options)

"""Observes the ingest and the screening from outside, as metrics and lineage, where either is
configured."""

from datetime import UTC, datetime
from functools import wraps

from pipeline.core import StorageError
from pipeline.observability import lineage, metrics
from pipeline.runs import newest_folder, read_counts, read_manifest


def observe_ingest(function):
    """Around `ingest_claimed(home, claimed)`, which returns an Account, or None for a file that
    another process has."""

    @wraps(function)
    def observed(home, claimed):
        if not (metrics.is_on() or lineage.is_on()):
            return function(home, claimed)
        with (
            metrics.timed("ingest"),
            lineage.ingesting(home, claimed.source, claimed.name) as ended_with,
        ):
            account = function(home, claimed)
            ended_with(account)
        if account and account.entity != "reference":
            metrics.count_account(account)
        return account

    return observed


def observe_batch(function):
    """Around a function of a home and ClaimedFiles that returns their Accounts, some of them or all
    None: what is None is observed when it is ingested alone."""

    @wraps(function)
    def observed(home, claimed):
        if not (metrics.is_on() or lineage.is_on()):
            return function(home, claimed)
        with metrics.timed("ingest"):
            accounts = function(home, claimed)
        for file, account in zip(claimed, accounts or (), strict=False):
            if account:
                with lineage.ingesting(home, file.source, file.name) as ended_with:
                    ended_with(account)
                metrics.count_account(account)
        return accounts

    return observed


def observe_screening(function):
    """Around `screen_population(home, …)`: what it published, or why not, is read from the folder
    that it left."""

    @wraps(function)
    def observed(home, *arguments, **options):
        if not (metrics.is_on() or lineage.is_on()):
            return function(home, *arguments, **options)
        began = datetime.now(UTC)
        try:
            with metrics.timed("screen"), lineage.screening(lambda: _run_since(home, began)):
                return function(home, *arguments, **options)
        finally:
            if folder := _run_since(home, began):
                priorities = read_json(folder, "summary").get("priority", {})
                metrics.count_run(read_manifest(folder), read_json(folder, "quality"), priorities)

    return observed


def _run_since(home, began):
    """The folder of the newest run that began since then, published or not; None while it is being
    moved"""
    folder = newest_folder(home)
    try:
        return folder if folder and read_manifest(folder).started >= began else None
    except (FileNotFoundError, StorageError):
        return None


def read_json(folder, name):
    """A file of a run as JSON; {} where a closed gate left none, or the folder is being moved."""
    try:
        return read_counts(folder / f"{name}.json")
    except FileNotFoundError:
        return {}

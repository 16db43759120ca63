"""The walk, in order: land, claim, ingest, screen, publish. The command line and the DAGs call these functions."""

import fcntl
import json
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

from pipeline import lake
from pipeline.accounts import Account
from pipeline.config import DEFAULT_PACK, Home
from pipeline.errors import UsageError
from pipeline.ingest import ingest_file
from pipeline.landing import claim, land as land_files, waiting
from pipeline.readers import profile as read_profile




def land(home, paths, source):
    """Copy files and folders into `landing/`; returns how many files wait there now because of it."""
    landed, _ = land_files(home, paths, read_profile(source))
    return len(landed)


def claim_waiting(home):
    """Claim every waiting file; returns `{"source", "path"}` of each, reference files (such as codes.parquet) first."""
    claimed = [(claim(home, path), source, name) for path, source, name in waiting(home)]
    found = [
        {"source": source, "path": path.relative_to(home.root).as_posix(), "name": name}
        for path, source, name in claimed if path is not None
    ]  # fmt: skip
    return sorted(found, key=lambda one: (read_profile(one["source"]).entity_of(one["name"]) != "reference", one["path"]))


def ingest_claimed(home, claimed):
    """Ingest one claimed file; returns its account as a dict, counts only. A file that another process holds is left to it."""
    path = home.root / claimed["path"]
    with _held(path) as is_ours:
        if not is_ours:
            return {}
        return asdict(ingest_file(home, path=path, source=claimed["source"], name=claimed["name"]))


@contextmanager
def _held(path):
    "A lock that ends with the process, so that a file claimed by a dead run is free"
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield path.exists()


def ingest(home, paths, source, progress=lambda account: None):
    """Land the paths and ingest everything that waits; returns the accounts of the files, references left out."""
    land(home, paths, source)
    accounts = []
    for claimed in claim_waiting(home):
        found = ingest_claimed(home, claimed)
        if found and found["entity"] != "reference":
            accounts.append(Account(**found))
            progress(accounts[-1])
    return accounts


def screen_population(home, as_of=None, pack=None):
    """Screen everyone, gate, publish; returns `{"run_id", "patients", "worklist", …}`, counts only. Raises GateClosed."""
    return screen(home, as_of=parse_day(as_of) if as_of else date.today(), pack=pack or DEFAULT_PACK)


def parse_day(text):
    """A day written YYYY-MM-DD. Raises UsageError."""
    try:
        return text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is no day; write it as YYYY-MM-DD.") from None


def compact_lake(home):
    """Merge the small files of every lake table; returns how many files each lost."""
    return lake.compact(home)


def vacuum_lake(home):
    """Delete files of the lake that nothing reads any more; returns how many by table."""
    return lake.vacuum(home)


def describe_latest(home):
    """What the last published run found, for a person to read."""
    return describe(home)


def latest_run(home):
    """The manifest of the last published run, or None."""
    link = home.runs / "latest"
    return json.loads((link / "manifest.json").read_text(encoding="utf-8")) if link.exists() else None


__all__ = ["Home", "Path", "claim_waiting", "compact_lake", "describe_latest", "ingest", "ingest_claimed", "land", "screen_population"]

"""Ingest: a claimed file becomes accepted, rejected, duplicate and skipped rows, each counted, in one pass and exactly once."""

import shutil

import duckdb

from pipeline.core import Growing, Refused, alone
from pipeline.engine import write_error
from pipeline.ingest.accounts import Account, account_of_earlier_ingest, receipt_time
from pipeline.ingest.commit import commit, commit_refusal
from pipeline.ingest.validate import Delivered, snapshot_of, validate_file, working_database
from pipeline.landing import archive_once, latest_reference, move_to_folder, sha256_of
from pipeline.profiles import profile as read_profile


def ingest_file(home, *, path, source, name, received_at=None, sha256=None):
    """Ingest one claimed file and put it into the archive, or into `refused/`; returns its Account.

    path: where the claimed file is. name: its path as delivered, which evidence names. A file that was ingested before,
    byte for byte, changes nothing: all its rows are duplicates. One process at a time, so that of two files that hold one row the
    second sees what the first put in. sha256: the file's as it was delivered, where it has changed since. Raises Growing, and keeps
    nothing of it, when the file changes while it is read.
    """
    with alone(home, "ingest"):
        return _ingest_file(home, path, source=source, name=name, received_at=received_at, sha256=sha256)


def _ingest_file(home, path, *, source, name, received_at, sha256):
    read_as = _state(path)
    sha256 = sha256 or sha256_of(path)
    profile = read_profile(source, home)
    entity = profile.kind_of_file(name)
    if entity == "reference":
        move_to_folder(home, path, source=source, sha256=sha256, name=name, folder="reference")
        return Account(file=name, sha256=sha256, source=profile.name, entity="reference")
    if earlier := account_of_earlier_ingest(home, source=profile.name, sha256=sha256, name=name, snapshot=_snapshot(profile, name)):
        shutil.rmtree(home.work / sha256, ignore_errors=True)  # a run killed after its last commit left it
        archive_once(home, path, source=source, sha256=sha256, name=name)
        return earlier
    received_at = received_at or receipt_time(home)
    try:
        if entity is None:
            raise Refused(f"no entity of the profile {profile.name} has such a file name (expected {profile.patterns})")
        file = Delivered(name, sha256, entity, received_at, latest_reference(home, profile.name) if profile.reference else None)
        account = _ingest(home, path, profile=profile, file=file, read_as=read_as)
    except Refused as refusal:
        return _refuse(home, path, Account(file=name, sha256=sha256, source=profile.name, entity=entity, refused=str(refusal)))
    move_to_folder(home, path, source=source, sha256=sha256, name=name, folder="archive")
    return account


def _snapshot(profile, name):
    try:
        return snapshot_of(profile, name)
    except Refused:
        return None  # it will be refused below, with its account


def refuse_file(home, path, *, source, name, because):
    """Refuse a claimed file unread; returns its Account."""
    entity = read_profile(source, home).kind_of_file(name)
    with alone(home, "ingest"):
        return _refuse(home, path, Account(file=name, sha256=sha256_of(path), source=source, entity=entity, refused=because))


def _refuse(home, path, account):
    commit_refusal(home, account, receipt_time(home))
    move_to_folder(home, path, source=account.source, sha256=account.sha256, name=account.file, folder="refused")
    return account


def _ingest(home, path, *, profile, file, read_as):
    with working_database(home, file.sha256) as (con, folder):
        try:
            landed, account = validate_file(con, home, path, profile=profile, file=file, folder=folder)
        except (duckdb.DataError, duckdb.ProgrammingError) as error:
            _refuse_change(path, read_as)
            raise Refused(f"a value or a name in it breaks a SELECT ({type(error).__name__}): report it; the file is kept") from None
        except duckdb.OperationalError as error:
            raise write_error(home.root, error) from None
        except Refused:
            _refuse_change(path, read_as)
            raise
        _refuse_change(path, read_as)
        commit(con, home, account, landed.entities, received_at=file.received_at, reference=file.reference)
        return account


def _state(path):
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _refuse_change(path, read_as):
    if _state(path) != read_as:
        raise Growing(f"{path.name} was still written while it was read")

"""Ingest: a claimed file becomes accepted, rejected, duplicate and skipped rows, each counted, in one pass and exactly once."""

import shutil
from datetime import UTC, datetime

import duckdb

from pipeline.accounts import Account, earlier_account
from pipeline.commit import commit, commit_refusal
from pipeline.errors import Refused
from pipeline.judge import Delivered, judged, snapshot_of, workshop
from pipeline.landing import archived, latest_reference, put_away, sha256_of
from pipeline.readers import profile as read_profile


def ingest_file(home, *, path, source, name, received_at=None):
    """Ingest one claimed file and put it into the archive, or into `refused/`; returns its Account.

    path: where the claimed file is. name: its path as delivered, which evidence names. A file that was ingested before,
    byte for byte, changes nothing: all its rows are duplicates.
    """
    sha256 = sha256_of(path)
    profile = read_profile(source, home)
    entity = profile.entity_of(name)
    if entity == "reference":
        archived(home, path, source=source, sha256=sha256, name=name, folder="reference")
        return Account(file=name, sha256=sha256, source=profile.name, entity="reference")
    if earlier := earlier_account(home, source=profile.name, sha256=sha256, name=name, snapshot=_snapshot(profile, name)):
        shutil.rmtree(home.work / sha256, ignore_errors=True)  # a run killed after its last commit left it
        put_away(home, path, source=source, sha256=sha256, name=name)
        return earlier
    received_at = received_at or datetime.now(UTC)
    try:
        if entity is None:
            raise Refused(f"no entity of the profile {profile.name} has such a file name (expected {profile.patterns})")
        account = _ingest(home, path, profile=profile, entity=entity, name=name, sha256=sha256, received_at=received_at)
    except Refused as refusal:
        account = Account(file=name, sha256=sha256, source=profile.name, entity=entity, refused=str(refusal))
        commit_refusal(home, account, received_at)
        archived(home, path, source=source, sha256=sha256, name=name, folder="refused")
        return account
    archived(home, path, source=source, sha256=sha256, name=name, folder="archive")
    return account


def _snapshot(profile, name):
    try:
        return snapshot_of(profile, name)
    except Refused:
        return None  # it will be refused below, with its account


def _ingest(home, path, *, profile, entity, name, sha256, received_at):
    file = Delivered(name, sha256, entity, received_at, latest_reference(home, profile.name) if profile.reference else None)
    with workshop(home, sha256) as (con, folder):
        try:
            landed, account = judged(con, home, path, profile=profile, file=file, folder=folder)
        except (duckdb.DataError, duckdb.ProgrammingError) as error:
            raise Refused(f"a value or a name in it breaks a SELECT ({type(error).__name__}): report it; the file is kept") from None
        commit(con, home, account, landed.entities, received_at=received_at, reference=file.reference)
        return account

"""Ingest: a claimed file becomes accepted, rejected, duplicate and skipped rows, each counted, in
one pass and exactly once."""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.core import Growing, Refused, exclusive_lock, sha256_of
from pipeline.engine import (
    DataError,
    EngineError,
    ProgrammingError,
    is_disk_or_memory_error,
    write_error,
)
from pipeline.ingest.accounts import (
    Account,
    account_of_earlier_ingest,
    ingested_before,
    receipt_time,
)
from pipeline.ingest.begun import appending, begun
from pipeline.ingest.commit import commit, commit_refusal
from pipeline.ingest.validate import (
    DeliveredFile,
    snapshot_of,
    validate_batch,
    validate_file,
    working_database,
)
from pipeline.lake import lake_errors
from pipeline.landing import archive_once, move_to_folder, references_of, stored_path
from pipeline.profiles import read_profile

QUARANTINED = "it is in quarantine"
IN_QUARANTINE = (
    f"{QUARANTINED}: the same bytes failed before. Try them again with b12 refused --retry"
)
NOT_AS_PROMISED = "its size or SHA-256 differs from its manifest"


class InQuarantine(Refused):
    """The same bytes are in quarantine: they are not tried again unasked."""


def _ignored(_):
    return None


def ingest_file(
    home, *, path, source, name, received_at=None, sha256=None, promised=None, before=_ignored
):
    """Ingest one file and move it into the archive, or into `refused/`; returns its Account.

    path: where the file is. name: its path as delivered, which evidence names. sha256: of the file
    as it was delivered, where it has changed since. promised: the SHA-256 by its manifest, if it
    has one; another file is refused. before: called with `read` when it is this file's turn, and
    with `store` when its rows are judged. Bytes that were ingested before change nothing: all rows
    are duplicates. One process at a time, so that of two files which hold one row the second sees
    what the first put in. Raises Growing for a file that changes while it is read; none is kept.
    """
    with exclusive_lock(home, "ingest"), lake_errors(home):
        before("read")
        state = _FileState.of(path)
        profile, sha256 = read_profile(source, home), sha256 or sha256_of(path)
        kind = profile.kind_of_file(name)
        try:
            _check_wanted(home, profile, name, sha256, promised)
            if kind == "reference":
                account, folder = Account(name, sha256, profile.name, kind), "reference"
            else:
                file = _delivered(home, path, profile, kind, name, sha256, received_at)
                account, folder = _ingest(home, file, state, before), "archive"
        except Refused as refusal:
            account = Account(name, sha256, profile.name, kind)
            return _refuse(home, path, account, str(refusal), isinstance(refusal, InQuarantine))
        if path.exists():  # else it was archived by an earlier ingest
            _move(home, path, account, folder)
        return account


@dataclass(frozen=True)
class Arrived:
    """A file that arrived, for `ingest_batch`; its fields are parameters of `ingest_file`."""

    path: Path
    name: str
    promised: str | None = None
    sha256: str | None = None
    received_at: datetime | None = None


def ingest_batch(home, source, arrived, *, before=_ignored):
    """Ingest Arrived files of a source and kind in one pass, with one append to each table, and
    move them into the archive; returns the Account of each up to the last that was looked at.

    None in place of an Account: the file would be refused, and is left. A file that must see what
    those before it left in the lake ends the batch, if it is the first, too; of it, and of all that
    come after it, there is nothing in what is returned. Those are to be ingested alone, or in
    another batch. before: as of `ingest_file`. Raises Growing where any of them changes meanwhile,
    and Refused where one of them fails them all; then, and after any other error before the first
    append, nothing was kept.
    """
    with exclusive_lock(home, "ingest"), lake_errors(home):
        before("read")
        states = [_FileState.of(one.path) for one in arrived]
        files = _batch(home, read_profile(source, home), arrived)
        if len(files) < 2:
            return []
        with working_database(home, files[0].sha256) as (con, folder):
            entities, accounts, end = _judged(con, home, files, folder)
            for state in states[:end]:
                state.check()
            before("store")
            if accounts:
                judged = [files[number] for number in accounts]
                with appending(home, [file.sha256 for file in judged]):
                    commit(con, home, judged, list(accounts.values()), entities)
        for number, account in accounts.items():
            _move(home, files[number].path, account, "archive")
        return [accounts.get(number) for number in range(end)]


def _judged(con, home, files, folder):
    try:
        with lake_errors(home):
            return validate_batch(con, home, files, folder)
    except EngineError as error:
        if is_disk_or_memory_error(error):
            raise write_error(home.root, error) from None
        raise Refused("a value or a name in one of them breaks a SELECT") from None


def _batch(home, profile, arrived):
    "Of the files those at the beginning that can be read together, as DeliveredFiles"
    files, received_at = [], receipt_time(home)
    known = begun(home) | ingested_before(home, profile.name)
    for number, one in enumerate(arrived):
        sha256, kind = one.sha256 or sha256_of(one.path), profile.kind_of_file(one.name)
        if sha256 in known or kind is None:
            break
        try:
            _check_wanted(home, profile, one.name, sha256, one.promised)
            at = one.received_at or received_at + timedelta(microseconds=number)
            file = _delivered(home, one.path, profile, kind, one.name, sha256, at)
        except Refused:
            break
        if files and (kind, file.snapshot) != (files[0].kind, files[0].snapshot):
            break
        files.append(file)
        known.add(sha256)
    return files


def _check_wanted(home, profile, name, sha256, promised):
    "Raises Refused for a file that is not to be read"
    if promised not in (None, sha256):
        raise Refused(NOT_AS_PROMISED)
    if is_in_quarantine(home, source=profile.name, sha256=sha256, name=name):
        raise InQuarantine(IN_QUARANTINE)


def _delivered(home, path, profile, kind, name, sha256, received_at):
    return DeliveredFile(
        path=path,
        name=name,
        sha256=sha256,
        kind=kind,
        profile=profile,
        snapshot=snapshot_of(profile, name),
        received_at=received_at or receipt_time(home),
        references=references_of(home, profile.name) if profile.reference else (),
    )


def _refuse(home, path, account, why, is_quarantined):
    account = replace(account, refused=why, is_quarantined=is_quarantined)
    commit_refusal(home, account, receipt_time(home))
    _move(home, path, account, "quarantine" if account.is_quarantined else "refused")
    return account


def _move(home, path, account, folder):
    stored = {"source": account.source, "sha256": account.sha256, "name": account.file}
    move_to_folder(home, path, folder=folder, **stored)


def put_into_quarantine(home, path, source, name, why):
    """Move a file on which the ingest failed again and again into `quarantine/`, recorded as a
    refused one; returns its Account. why: as the end of a sentence, without a value of the file."""
    with exclusive_lock(home, "ingest"), lake_errors(home):
        kind, sha256 = read_profile(source, home).kind_of_file(name), sha256_of(path)
        shutil.rmtree(home.work / sha256, ignore_errors=True)  # of the last attempt
        account = Account(name, sha256, source, kind)
        return _refuse(home, path, account, f"{QUARANTINED}: {why}", is_quarantined=True)


def is_in_quarantine(home, *, source, sha256, name):
    """Whether a file of these bytes is in quarantine."""
    stored = {"source": source, "sha256": sha256, "name": name}
    return stored_path(home, folder="quarantine", **stored).exists()


def _ingest(home, file, state, before):
    stored = {"source": file.profile.name, "sha256": file.sha256, "name": file.name}
    if earlier := account_of_earlier_ingest(home, snapshot=file.snapshot, **stored):
        # of a process killed after its last commit
        shutil.rmtree(home.work / file.sha256, ignore_errors=True)
        archive_once(home, file.path, **stored)
        return earlier
    _check_kind(file)
    with working_database(home, file.sha256) as (con, folder):
        try:
            landed, account = validate_file(con, home, file, folder)
        except (DataError, ProgrammingError) as error:
            state.check()
            if is_disk_or_memory_error(error):
                raise write_error(home.root, error) from None
            raise Refused(
                f"a value or a name in it breaks a SELECT ({type(error).__name__}): "
                "report it; the file is kept"
            ) from None
        except Refused:
            state.check()
            raise
        state.check()
        before("store")
        with appending(home, [file.sha256]):
            commit(con, home, [file], [account], landed.entities)
        return account


def _check_kind(file):
    if file.kind is None:
        raise Refused(
            f"its name fits no entity of the profile {file.profile.name} (expected"
            f" {file.profile.patterns})"
        )


@dataclass(frozen=True)
class _FileState:
    "A file as it was when reading it began"

    path: Path
    inode: int
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path):
        stat = path.stat()
        return cls(path, stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def check(self):
        "Raises Growing where the file has changed since: what was read of it counts for nothing"
        if _FileState.of(self.path) != self:
            raise Growing(f"{self.path.name} was still being written while it was read")

"""Bring a home that an earlier version wrote to the form of this one: backed up first, and able to
go on where it was cut short."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline import lake, worklist
from pipeline.backup.create import create_backup
from pipeline.core import LakeUnavailable, UsageError, counted
from pipeline.erasure import LEDGER, fill_if_blank, in_packed, ledger
from pipeline.ingest import replay
from pipeline.landing import is_as_archived, note_as_rewritten
from pipeline.profiles import read_profile

PAST = "archived file is", "archived files are"
DIFFER = "archived file differs", "archived files differ"


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade did. form: from which number. files: how many were replayed. expired: of how
    many more, which are past their retention, the rows were carried over. rewritten: how many
    archived files an earlier erasure had changed. backup: the folder."""

    form: int
    files: int
    expired: int
    rewritten: int
    backup: Path


def upgrade_home(home, folder, progress=lambda account: None):
    """Back a home up into a folder, note what earlier erasures made of archived files, and replay
    the archive into a lake of this program's form; returns an Upgrade, or None where there is
    nothing to do.

    The worklist database is brought up to date whenever it is opened. Until the new lake takes the
    place of the old one nothing has changed for readers, so it can be done again at any time.
    Raises UsageError, LakeUnavailable, InvalidProtocol.
    """
    if not home.root.is_dir():
        raise UsageError(f"The home {home.root} does not exist. Name another: --home or $B12_HOME.")
    form = lake.form_of(home)
    if form > lake.FORM:
        lake.check_form(home)
    if form == lake.FORM:
        worklist.open_store(home).close()
        return None
    expired = _check_expired(home)
    create_backup(home, folder)
    rewritten = _note_erasures(home)
    accounts = replay.reingest(home, progress=progress, is_upgrade=True)
    return Upgrade(form, len(accounts) - expired, expired, rewritten, folder)


def _check_expired(home):
    "How many archived files have expired; before anything is done, for they cannot be replayed"
    expired = len(replay.expired_paths(home))
    try:
        if expired:
            lake.check_carried(home)
    except LakeUnavailable:
        raise LakeUnavailable(
            f"{counted(expired, *PAST)} past their retention (B12_KEEP_ARCHIVE_DAYS) and removed,"
            " and this version cannot take over the rows as they are. Nothing was changed. Restore"
            " a backup in which these files still are, or go on with the version that wrote this"
            " home."
        ) from None
    return expired


def _note_erasures(home):
    "Of archived files that an earlier version changed it was not noted what they became"
    changed = [
        path
        for path, delivered in replay.delivered_paths(home).items()
        if path.exists() and not is_as_archived(path, delivered.sha256)
    ]
    if changed and not ledger.entries(home.root / LEDGER):
        raise LakeUnavailable(
            f"{counted(len(changed), *DIFFER)} from what was delivered, for example"
            f" {changed[0]}, although no patient was erased. Nothing was changed."
            " Restore them from a backup, and check who can write to the archive."
        )
    for path in changed:
        source = path.relative_to(home.archive).parts[0]
        in_packed(path, partial(fill_if_blank, form=read_profile(source, home).format))
        note_as_rewritten(path)
    return len(changed)

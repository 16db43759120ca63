"""Replay: the whole archive is ingested anew, by today's profiles, codes and units."""

import os
import shutil
from dataclasses import replace

from pipeline.core import InvalidProtocol, LakeUnavailable, UsageError, exclusive_lock
from pipeline.ingest.ingest import ingest_file
from pipeline.lake import check_form, query, swap
from pipeline.landing import is_as_archived, is_rewritten, references_of, stored_path

COPIED = ("archive", "reference", "sources")


def reingest(home, progress=lambda account: None, *, is_upgrade=False):
    """Replay every archived file into a new lake beside the old one, then put it in its place;
    returns the Accounts. A file that is neither as delivered nor as an erasure left it is evidence
    of nothing, and ends the replay. is_upgrade: of a lake of an older form.

    A crash leaves the old lake as it was: the next process that opens it puts it back. Deliveries
    that arrive meanwhile wait. Raises UsageError, LakeUnavailable, InvalidProtocol.
    """
    if not is_upgrade:
        check_form(home)
    with exclusive_lock(home, "screen"), exclusive_lock(home, "ingest"):
        beside = home.__class__(home.root / "reingest")
        if beside.root.exists():
            shutil.rmtree(beside.root)
        deliveries = _deliveries(home)
        _check_references(home)
        for folder in COPIED:
            if (home.root / folder).is_dir():
                shutil.copytree(home.root / folder, beside.root / folder, copy_function=_link)
        accounts = []
        for delivery in deliveries:
            accounts.append(_replay(beside, **delivery))
            progress(accounts[-1])
        _check_nothing_lost(accounts)
        swap(home, beside.lake)
        shutil.rmtree(beside.root)
        return accounts


def delivered_paths(home):
    """Where each delivered file that was accepted lies in the archive -> its SHA-256 as
    delivered."""
    select = "select distinct source, sha256, file as name from lake.delivery where refused is null"
    files = query(home, select, only=())
    return {stored_path(home, folder="archive", **file): file["sha256"] for file in files}


def _deliveries(home):
    found = query(
        home,
        "select source, sha256, file, received_at from lake.delivery where refused is null"
        " order by received_at, file",
        only=(),
    )
    if not found:
        raise UsageError(f"The archive of {home.root} is empty, so there is nothing to replay.")
    return found


def _check_references(home):
    for folder in (home.root / "reference").glob("*/"):
        for path in references_of(home, folder.name):
            if not is_as_archived(path, path.name.split(".")[0]):
                raise _changed(path.relative_to(home.root))


def _changed(name):
    return LakeUnavailable(
        f"{name} in the archive is not as it was delivered: its SHA-256 differs, and no erasure"
        " changed it. The lake was not changed. Restore the file from a backup, and check who can"
        " write to the archive."
    )


def _replay(beside, *, source, sha256, file, received_at):
    "Under the hash as delivered: a patient may have been erased from the file since"
    path = stored_path(beside, source=source, sha256=sha256, name=file, folder="archive")
    if not path.exists():
        raise LakeUnavailable(
            f"{file} is not in the archive, so the lake was not changed. Restore the archive from a"
            " backup: b12 restore"
        )
    if not is_as_archived(path, sha256):
        raise _changed(file)
    account = ingest_file(
        beside, path=path, source=source, name=file, received_at=received_at, sha256=sha256
    )
    note = ("rows of erased patients are left out",) if is_rewritten(path) else ()
    return replace(account, notes=(*account.notes, *note))


def _check_nothing_lost(accounts):
    "A file ingested earlier must not be lost because its profile is broken now"
    if refused := [account for account in accounts if account.refused]:
        raise InvalidProtocol(
            f"{len(refused)} files accepted earlier would now be refused, for example"
            f" {refused[0].file}: {refused[0].refused}. The lake was not changed. Correct the"
            f" profile {refused[0].source} and replay again."
        )


def _link(source, target):
    """A second name for an archived file, which is never written into; a copy where the disk has no
    links"""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)

"""Replay: the whole archive is ingested anew, by today's profiles, codes and units."""

import json
import os
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from pipeline import lake
from pipeline.core import (
    InvalidProtocol,
    LakeUnavailable,
    Refused,
    UsageError,
    counted,
    exclusive_lock,
)
from pipeline.ingest.accounts import Account, transaction_of, transaction_of_refusal
from pipeline.ingest.claims import batches
from pipeline.ingest.contact import replace_contacts
from pipeline.ingest.ingest import Arrived, ingest_batch, ingest_file
from pipeline.ingest.read_with import begin_note, put_note
from pipeline.lake import carry_account, carry_rows, check_form, note_form, query, swap
from pipeline.landing import is_as_archived, is_expired, is_rewritten, references_of, stored_path

COPIED = ("archive", "reference", "sources")
KEPT_AS_THEY_WERE = (
    "not replayed: the archived file is past its retention (B12_KEEP_ARCHIVE_DAYS). Its rows were"
    " kept as they were"
)


def reingest(home, progress=lambda account: None, *, is_upgrade=False):
    """Replay every archived file into a new lake beside the old one, then put it in its place;
    returns the Accounts. A file that is neither as delivered nor as an erasure left it is evidence
    of nothing, and ends the replay; of one that is past its retention the rows are carried over as
    they are. is_upgrade: of a lake of an older form, or one that has refused files alone.

    A crash leaves the old lake as it was: the next process that opens it puts it back. Deliveries
    that arrive meanwhile wait. Raises UsageError, LakeUnavailable, InvalidProtocol.
    """
    if not is_upgrade:
        check_form(home)
    with exclusive_lock(home, "screen"), exclusive_lock(home, "ingest"):
        beside = lake.beside(home)
        if beside.root.exists():
            shutil.rmtree(beside.root)
        lake.remove_others(home)
        deliveries = _deliveries(home)
        if not (deliveries or is_upgrade):
            raise UsageError(f"The archive of {home.root} is empty, so there is nothing to replay.")
        _check_references(home)
        _prepare(home, beside)
        accounts = []
        for account in chain(_carried(home, beside, deliveries), _replayed(beside, deliveries)):
            accounts.append(account)
            progress(account)
        _check_nothing_lost(accounts)
        replace_contacts(home, beside, is_whole=not expired_paths(home))
        _put_in_place(home, beside)
        return accounts


def _put_in_place(home, beside):
    swap(home, beside)
    put_note(home, beside)
    shutil.rmtree(beside.root)


def _prepare(home, beside):
    with exclusive_lock(home, "maps"):  # no half-written map is among the files
        for folder in COPIED:
            if (home.root / folder).is_dir():
                shutil.copytree(home.root / folder, beside.root / folder, copy_function=_link)
    begin_note(beside)
    note_form(beside)


class Archived(NamedTuple):
    """A delivered file that was accepted: its SHA-256 as delivered, and when it was received."""

    sha256: str
    received_at: datetime


def delivered_paths(home):
    """Where each delivered file that was accepted lies in the archive, or lay until it was past its
    retention -> Archived."""
    return {
        _archived(home, delivery): Archived(delivery["sha256"], delivery["received_at"])
        for delivery in _deliveries(home)
    }


def _archived(home, delivery):
    named = {"source": delivery["source"], "sha256": delivery["sha256"], "name": delivery["file"]}
    return stored_path(home, folder="archive", **named)


def expired_paths(home):
    """Those of the `delivered_paths` that are past their retention and removed."""
    return [path for path in delivered_paths(home) if is_expired(path)]


def _deliveries(home, refused="is null"):
    select = f"from lake.delivery where refused {refused} order by received_at, file"
    return query(home, select, only=())


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


def _carried(home, beside, deliveries):
    """What cannot be made anew: the accounts of refused files, and all that expired ones left. They
    come first, so that a row which was delivered again later is known"""
    for delivery in _deliveries(home, refused="is not null"):
        carry_account(beside, delivery, transaction_of_refusal(*_key(delivery)))
    expired = [delivery for delivery in deliveries if is_expired(_archived(home, delivery))]
    if expired:
        carry_rows(home, beside, expired)
    for delivery in expired:
        carry_account(beside, delivery, transaction_of(*_key(delivery)))
        yield _account(delivery)


def _key(delivery):
    return delivery["source"], delivery["sha256"], delivery["snapshot"]


def _account(delivery):
    names = ("file", "sha256", "source", "entity", "rows", "accepted", "duplicates", "withdrawals")
    counts = ("rejected", "skipped", "blanked")
    return Account(
        **{name: delivery[name] for name in names},
        **{name: json.loads(delivery[name] or "{}") for name in counts},
        snapshot=delivery["snapshot"],
        notes=(KEPT_AS_THEY_WERE,),
    )


def _replayed(beside, deliveries):
    "In the order of receipt; those of one source and kind that follow each other together"
    left = [one for one in deliveries if not is_expired(_archived(beside, one))]
    for (source, _), some in groupby(left, itemgetter("source", "entity")):
        files = [_checked(beside, delivery) for delivery in some]
        for batch in batches(files):
            yield from _replay(beside, source, batch)


@dataclass(frozen=True)
class _ArchivedFile(Arrived):
    "A file of the archive, as `batches` takes it"

    source: str = ""
    kind: str | None = None
    size: int = 0
    is_new = True


def _checked(beside, delivery):
    "Under the hash as delivered: a patient may have been erased from the file since"
    path, name = _archived(beside, delivery), delivery["file"]
    if not path.exists():
        raise LakeUnavailable(
            f"{name} is not in the archive, so the lake was not changed. Restore the archive from a"
            " backup: b12 restore"
        )
    if not is_as_archived(path, delivery["sha256"]):
        raise _changed(name)
    received = {"sha256": delivery["sha256"], "received_at": delivery["received_at"]}
    kinds = {"source": delivery["source"], "kind": delivery["entity"]}
    return _ArchivedFile(path, name, size=path.stat().st_size, **received, **kinds)


def _replay(beside, source, batch):
    "The Account of each file"
    while batch:
        accounts = _together(beside, source, batch)
        for file, account in zip(batch, accounts or [None], strict=False):
            are_erased = is_rewritten(file.path)
            account = account or ingest_file(beside, **_named(file))
            note = ("rows of erased patients are left out",) if are_erased else ()
            yield replace(account, notes=(*account.notes, *note))
        batch = batch[len(accounts) or 1 :]


def _together(beside, source, batch):
    "As `ingest_batch`; where one of the files fails them all, each is to be ingested alone"
    try:
        return ingest_batch(beside, source, batch) if len(batch) > 1 else []
    except Refused:
        return [None] * len(batch)


def _named(file):
    names = ("path", "source", "name", "received_at", "sha256")
    return {name: getattr(file, name) for name in names}


def _check_nothing_lost(accounts):
    "A file ingested earlier must not be lost because its profile is broken now"
    if refused := [account for account in accounts if account.refused]:
        raise InvalidProtocol(
            f"{counted(len(refused), 'file')} accepted earlier would now be refused, for example"
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

"""Restore: a home from a backup, without patients erased since the backup."""

import os
import shutil
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from pipeline import lake, worklist
from pipeline.backup.contents import MANIFEST, STORE, manifest_of
from pipeline.backup.seal import backup_key, check_signature, is_genuine, unsealed
from pipeline.core import (
    ENTITIES,
    StorageError,
    UsageError,
    counted,
    create_secret_file,
    private_folder,
    settings,
    sha256_of,
)
from pipeline.engine import connect
from pipeline.erasure import LEDGER, erase, ledger, patient_id_of, tokens_of
from pipeline.ingest import claim_waiting, ingest_all
from pipeline.lake import attach
from pipeline.landing import Watch, land_spooled, spooled_files


def restore_backup(home, folder, *, ledger_file=None, may_be_unsigned=False) -> dict[str, Any]:
    """Put a backup into an empty home and an empty store, then erase again patients erased since.

    ledger_file: a ledger kept elsewhere; its entries beyond those of the backup's own ledger were
    made since. Patients in the backup's own ledger are not erased again: they are not in the
    backup, and may have returned. may_be_unsigned: also one that `$B12_BACKUP_KEY` did not sign.
    Returns `{"made_at", "files", "store", "erased", "unknown", "unreadable", "has_erasure_key"}`;
    unknown: entries under another key, which recognise no patient; unreadable: refused files,
    deleted because they may name one. Raises UsageError, StorageError.
    """
    manifest = manifest_of(folder)
    if not may_be_unsigned:
        check_signature(folder, manifest)
    lines = _entries_of(ledger_file)
    if home.root.exists() and any(home.root.iterdir()):
        raise UsageError(
            f"{home.root} is not empty. Restore into a new home with --home NEW, then use it in"
            " place of the old one."
        )
    lake.check_is_free(home)
    _check(folder, manifest)
    rows, files = _put_all(home, folder, manifest), manifest["files"]
    known = ledger.entries(home.root / LEDGER)
    since = [line for line in lines if line not in known]
    has_key = _has_erasure_key(home) or not (known or since)
    ledger.append(home, since)
    counts = {"made_at": manifest["made_at"], "files": len(files), "store": rows}
    return counts | {"has_erasure_key": has_key} | _forget_again(home, since)


def _entries_of(ledger_file):
    if ledger_file and not ledger_file.exists():
        raise UsageError(
            f"The ledger {ledger_file} does not exist. Check the path given with --ledger."
        )
    return ledger.entries(ledger_file) if ledger_file else []


def _put_erasure_key(home, manifest):
    "The one in the backup, unless the environment has it"
    token, key = manifest.get("erasure_key"), backup_key()
    if token and not settings().erasure_key and is_genuine(manifest, key):
        create_secret_file(home.root / "erasure-key", unsealed(token, key))


def _has_erasure_key(home):
    return bool(settings().erasure_key) or (home.root / "erasure-key").exists()


def _put_all(home, folder, manifest):
    "Put back the store, the files and the erasure key; returns the store's rows by table"
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows, files = _store(home, folder, manifest["store_sha256"]), manifest["files"]
    for name in sorted(files, key=lambda name: name == "runs/latest"):  # `latest` comes last
        _put(folder / "home" / name, home.root / name, files[name])
    if home.lake_url and home.lake.exists():
        lake.move_to_store(home)
    _put_erasure_key(home, manifest)
    return rows


def _check(folder, said):
    "Check every file by its hash before anything is written"
    wrong = [
        name
        for name, entry in said["files"].items()
        if not _is_whole(folder / "home" / name, name, entry)
    ]
    if not (folder / STORE).is_file() or sha256_of(folder / STORE) != said["store_sha256"]:
        wrong.append(STORE)
    if wrong:
        raise StorageError(
            f"The backup {folder} does not match its {MANIFEST}:"
            f" {counted(len(wrong), 'file is', 'files are')} missing or changed, for"
            f" example {wrong[0]}. Nothing was restored. The backup may have been"
            " interrupted; choose another one."
        )


def _is_whole(path, name, entry):
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        return False
    if "link" in entry:
        return (
            path.is_symlink() and str(path.readlink()) == entry["link"] and "/" not in entry["link"]
        )
    return (
        path.is_file()
        and not path.is_symlink()
        and path.stat().st_size == entry["size"]
        and sha256_of(path) == entry["sha256"]
    )


def _check_copy(path, sha256):
    "What was checked may have been changed until it was copied"
    if sha256_of(path) != sha256:
        path.unlink()
        raise StorageError(
            "The backup was changed while it was restored. Delete the new home, find out who can"
            " write to the backup's folder, and restore again."
        )


def _store(home, folder, sha256):
    "From a copy, for opening a SQLite file writes beside it"
    dumped = home.root / f".{STORE}.part"
    shutil.copyfile(folder / STORE, dumped)
    _check_copy(dumped, sha256)
    store = worklist.open_store(home)
    try:
        return worklist.load(dumped, store)
    finally:
        store.close()
        for path in home.root.glob(f"{dumped.name}*"):
            path.unlink()


def _put(path, target, entry):
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if "link" in entry:
        target.symlink_to(entry["link"])
        return
    shutil.copyfile(path, target)
    _check_copy(target, entry["sha256"])
    os.utime(target, ns=(entry["mtime_ns"], entry["mtime_ns"]))


def _forget_again(home, lines):
    """Erase the ids that these entries recognise; returns how many, how many entries are of another
    key, and what else went for it.

    Deliveries that waited are ingested first: until then it is unknown whom they are about.
    """
    if not lines:
        return {"erased": 0, "unknown": 0, "unreadable": 0}
    land_spooled(home, spooled_files(home))
    for _ in ingest_all(home, claim_waiting(home, Watch(settle=0))):
        pass
    key, gone = ledger.key_of(home), 0
    mine = {mark for line in lines if line["key"] == ledger.name_of(key) for mark in line["ids"]}
    ids = {patient_id for patient_id in _every_id(home) if ledger.mark_of(key, patient_id) in mine}
    if left := mine - {ledger.mark_of(key, patient_id) for patient_id in ids}:
        named, gone = _in_files(home, key, left)
        ids |= named
    for patient_id in sorted(ids):
        erase(home, patient_id, who="b12 restore")
    unknown = sum(line["key"] != ledger.name_of(key) for line in lines if line["ids"])
    return {"erased": len(ids), "unknown": unknown, "unreadable": gone}


def _in_files(home, key, marks):
    """The ids in delivered files of which no table knows; and how many refused files went because
    they cannot be read.

    Those may name one of them, and can never be read.
    """
    ids, gone = set(), 0
    home.work.mkdir(exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=home.work) as folder:
        for path in [
            path
            for room in (home.archive, home.refused, home.quarantine)
            for path in room.rglob("*")
            if path.is_file()
        ]:
            words = tokens_of(path, Path(folder))
            if words is None and not path.is_relative_to(home.archive):
                path.unlink()
                gone += 1
            clean = patient_id_of(home, path.relative_to(home.root).parts[1]).clean
            numbers = {number for word in words or () for number in (word, clean(word))}
            ids |= {number for number in numbers if ledger.mark_of(key, number) in marks}
    return ids, gone


def _every_id(home):
    """All patient IDs of the lake, those of rejected rows too, whose file may have expired, and of
    the items, which are kept longer"""
    tables = (*ENTITIES, "rejected_row", "blanked_cell")
    named = " union ".join(f"select patient_id from lake.{table}" for table in tables)
    with private_folder(home, "restore") as folder, closing(connect(spill=folder / "spill")) as con:
        attach(con, home, only=tables)
        rows = con.execute(f"{named} union select merged_into from lake.patient").fetchall()
    store = worklist.open_store(home)
    ids = {patient_id for (patient_id,) in rows} | set(worklist.patient_ids(store))
    store.close()
    return sorted(ids - {None})

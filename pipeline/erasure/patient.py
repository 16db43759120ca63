"""Erase a patient in the lake, the archive, the runs and the worklist; only the fact of the
erasure is kept."""

import re
from contextlib import closing, suppress

from pipeline import lake, worklist
from pipeline.core import ENTITIES, UsageError, exclusive_lock, replacing
from pipeline.engine import connect
from pipeline.erasure import ledger
from pipeline.erasure.files import (
    MissingColumn,
    erase_csv,
    erase_delivered,
    erase_parquet,
    erase_table,
)
from pipeline.erasure.ids import Ids, patient_id_of
from pipeline.erasure.orphan_cleanup import settle_claimed_files, sweep
from pipeline.erasure.text_encoding import detect_encoding, is_opaque, possible_spellings
from pipeline.erasure.tokens import words_of
from pipeline.lake import ids_of_patient, query
from pipeline.profiles import Dialect, read_profile

PATIENT = [["patient_id"]]  # in what a run publishes


def erase(home, patient_id, *, who):
    """Delete every row of a patient, under all ids of the same person; returns the rows deleted, by
    place.

    An archived file keeps its name, the SHA-256 it was delivered under, so that delivering it again
    does not bring a patient back. A refused file was never understood: its lines in which an id is
    a word go, and all of it where it is not text. who: the account that asked for it, for the
    ledger and the audit trail. It waits for a backup, a screening and an ingest. Cut short, it can
    be done again: the ledger says first who is to go, and the lake forgets them last. Raises
    UsageError.
    """
    if not patient_id.strip():
        raise UsageError("Give a patient ID: b12 erase PATIENT")
    with (
        exclusive_lock(home, "backup"),
        exclusive_lock(home, "screen"),
        exclusive_lock(home, "ingest"),
        closing(worklist.open_store(home)) as store,
    ):
        rows = _erase(home, store, _all_ids(home, patient_id), who=who)
        worklist.record_access(
            store, actor=worklist.Actor(who, "admin"), what="erased", rows=sum(rows.values())
        )
    return rows


def _erase(home, store, ids, *, who):
    ledger.write(home, who=who, ids=ids)
    sweep(home)
    delivered = query(
        home, "select distinct source, sha256, file, refused from lake.delivery order by all"
    )
    settle_claimed_files(home, delivered)
    rows = {"archive": _erase_archive(home, delivered, ids)}
    rows["reference"] = sum(
        _erase_references(folder, read_profile(folder.name, home), ids)
        for folder in (home.root / "reference").glob("*/")
    )
    rows["refused"] = sum(
        _erase_refused(path, ids, patient_id_of(home, path.relative_to(home.refused).parts[0]))
        for path in home.refused.rglob("*")
        if path.is_file()
    )
    runs = [*home.runs.glob("[!.]*"), *home.runs.glob(".held-*")]
    rows["runs"] = sum(
        _erase_run(folder, ids) for folder in runs if folder.is_dir() and not folder.is_symlink()
    )
    rows["worklist"] = worklist.forget(store, ids)  # only now: no run can make an item of them anew
    rows |= _erase_lake(home, ids)
    ledger.write(home, who=who, rows=rows)
    return rows


def _erase_lake(home, ids):
    """Last, and of its tables the patients last: they say who was merged into whom, so that an
    erasing that was cut short can be done again"""
    con = connect()
    rows = {
        table: sum(lake.erase(con, home, table, patient_id) for patient_id in ids)
        for table in reversed(ENTITIES)
    }
    con.close()
    if any(rows.values()):
        lake.vacuum(home, keep_hours=0)
    return rows


def _all_ids(home, patient_id):
    con = connect()
    _, ids = ids_of_patient(con, home, patient_id)
    con.close()
    return ids


def _erase_archive(home, delivered, ids):
    "Under every name that a delivered file has there"
    erased = 0
    for delivery in [delivery for delivery in delivered if delivery["refused"] is None]:
        profile = read_profile(delivery["source"], home)
        for path in (home.archive / delivery["source"]).glob(f"{delivery['sha256']}*"):
            erased += erase_delivered(path, profile, profile.kind_of_file(delivery["file"]), ids)
    return erased


def _erase_references(folder, profile, ids):
    "Files in which rows look up the days of a patient's encounters say whose these are"
    if profile.format != "table" or not profile.lookup:
        return 0
    cells, erased = [[profile.lookup.patient_id.lower()]], 0
    for path in folder.iterdir():
        with suppress(MissingColumn):  # of another kind: the lookup does not read it either
            erased += erase_table(path, profile, cells, ids)
    return erased


def _erase_refused(path, ids, patient_id):
    if is_opaque(path):  # what it holds cannot be seen, and nothing will ever read it
        path.unlink()
        return 1
    encoding = detect_encoding(path)
    words = {word for patient_id in ids for word in possible_spellings(patient_id, encoding)}
    mine = re.compile(
        rf"(?<![\w-])(?<!\w\.)(?:{'|'.join(map(re.escape, words))})(?:\.0)?(?![\w-]|\.\w)"
    )
    with path.open(encoding=encoding, newline="") as file:
        lines = file.readlines()
    kept = [line for line in lines if not mine.search(line)]
    if not patient_id.is_plain:  # then an id may stand there in other characters
        wanted = Ids(frozenset(ids), patient_id.clean)
        kept = [line for line in kept if not any(word in wanted for word in words_of(line))]
    if len(kept) < len(lines):
        with replacing(path) as part:
            part.write_bytes("".join(kept).encode(encoding))
    return len(lines) - len(kept)


def _erase_run(folder, ids):
    rows = 0
    for name in ("assessment.parquet", "worklist.parquet", "patient_site.parquet"):
        if (folder / name).exists():
            rows += erase_parquet(folder / name, PATIENT, ids)
    if (folder / "worklist.csv").exists():
        erase_csv(
            folder / "worklist.csv",
            PATIENT,
            Ids(frozenset([*ids, *(f"'{patient_id}" for patient_id in ids)])),
            Dialect(),
            keeps_lines=False,
        )
    return rows

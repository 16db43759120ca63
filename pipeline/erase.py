"""Forget a patient: in the lake, the archive, the runs and the worklist; and remember only that somebody was forgotten."""

import fcntl
import os
import shutil
from contextlib import suppress

from pipeline import lake, ledger, worklist
from pipeline.config import ENTITIES
from pipeline.database import connect
from pipeline.erase_files import erase_csv, erase_delivered, erase_parquet
from pipeline.identity import all_ids
from pipeline.locks import alone
from pipeline.query import query
from pipeline.readers import profile as read_profile


def erase(home, patient_id, *, who):
    """Delete every row of a patient, under all ids of the same person; returns the rows deleted, by place.

    An archived file keeps its name, the SHA-256 it was delivered under, so that delivering it again brings nobody back.
    A refused file was never understood: its lines that hold an id go, and all of it where it is no text.
    who: the account that asked for it, for the ledger and the audit trail. It waits for a backup, a screening and an ingest.
    """
    with alone(home, "backup"), alone(home, "screen"), alone(home, "ingest"):
        ids = _all_ids(home, patient_id)
        store = worklist.open_store(home)
        rows = {"worklist": worklist.forget(store, ids)}
        rows["archive"] = _erase_archive(home, ids)
        rows["refused"] = sum(_erase_refused(path, ids) for path in home.refused.rglob("*") if path.is_file())
        _sweep(home)
        runs = [*home.runs.glob("[!.]*"), *home.runs.glob(".held-*")]
        rows["runs"] = sum(_erase_run(folder, ids) for folder in runs if folder.is_dir() and not folder.is_symlink())
        rows |= _erase_lake(home, ids)
        ledger.write(home, who=who, ids=ids, rows=rows)
        worklist.record_access(store, actor=worklist.Actor(who, "admin"), what="erased", rows=sum(rows.values()))
        store.close()
    return rows


def _sweep(home):
    "What a replay, a screening or an ingest left that was killed; what a living process works in is locked by it"
    for left in (home.root / "reingest", home.root / "lake.old", *home.runs.glob(".building-*")):
        shutil.rmtree(left, ignore_errors=True)
    for left in home.work.iterdir() if home.work.is_dir() else ():
        held = os.open(left, os.O_RDONLY)
        with suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        os.close(held)


def _erase_lake(home, ids):
    "Last, and of its tables the patients last: they say who was merged into whom, so that an erasing that was cut short can be done again"
    con = connect()
    rows = {table: sum(lake.erase(con, home, table, one) for one in ids) for table in reversed(ENTITIES)}
    con.close()
    if any(rows.values()):
        lake.vacuum(home, keep_hours=0)
    return rows


def _all_ids(home, patient_id):
    con = connect()
    _, ids = all_ids(con, home, patient_id)
    con.close()
    return ids


def _erase_archive(home, ids):
    delivered = query(home, "select distinct source, sha256, file from lake.delivery where refused is null order by all")
    erased = 0
    for one in delivered:
        profile = read_profile(one["source"], home)
        for path in (home.archive / one["source"]).glob(f"{one['sha256']}*"):
            erased += erase_delivered(path, profile, profile.entity_of(one["file"]), ids)
    return erased


def _erase_refused(path, ids):
    if path.suffix in (".parquet", ".gz"):  # compressed: what it holds cannot be seen, and nothing will ever read it
        path.unlink()
        return 1
    mine = [one.encode(encoding) for one in ids for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not any(one in line for one in mine)]
    if len(kept) < len(lines):
        path.with_suffix(".part").write_bytes(b"".join(kept))
        path.with_suffix(".part").replace(path)
    return len(lines) - len(kept)


def _erase_run(folder, ids):
    rows = 0
    for name in ("assessment.parquet", "worklist.parquet", "patient_site.parquet"):
        if (folder / name).exists():
            rows += erase_parquet(folder / name, "patient_id", ids)
    if (folder / "worklist.csv").exists():
        plain = {"delimiter": ",", "quote": '"', "encoding": "utf-8"}
        erase_csv(folder / "worklist.csv", "patient_id", [*ids, *(f"'{one}" for one in ids)], plain, keeps_lines=False)
    return rows

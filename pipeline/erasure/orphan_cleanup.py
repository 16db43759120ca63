"""Leftovers of killed processes in a home; they may concern any patient."""

import os
import shutil
from contextlib import suppress

from pipeline import lake
from pipeline.core import exclusive_lock, is_part, lock_if_free, remove_unlocked, sha256_of
from pipeline.landing import (
    archive_once,
    is_expired,
    list_files,
    move_to_folder,
    source_and_name,
    stored_path,
)


def sweep(home):
    """Remove what a replay, a screening, an ingest or an erasing left that was killed; what a
    living process works in is locked by it."""
    for left in (
        home.root / "reingest",
        home.old_lake,
        *home.runs.glob(".building-*"),
        *home.runs.glob(".gone-*"),
    ):
        if left != home.old_lake or home.lake.exists():
            shutil.rmtree(left, ignore_errors=True)
    rooms = (
        home.archive, home.refused, home.quarantine, home.runs, home.outcomes,
        home.root / "reference",
    )  # fmt: skip
    for left in [path for room in rooms for path in room.rglob("*") if is_part(path)]:
        if not left.is_dir():
            left.unlink()
    if home.claimed.is_dir():
        remove_unlocked([path for path in home.claimed.rglob(".*.part") if path.is_file()])
    lake.remove_others(home)
    with exclusive_lock(home, "work"):
        remove_unlocked(home.work.iterdir() if home.work.is_dir() else (), ignore_errors=True)


def settle_claimed_files(home, delivered):
    """Put where it belongs each claimed file of these deliveries, whose process was killed between
    its last commit and that.

    delivered: rows of lake.delivery. Where a living process holds it, the archive gets a second
    name of it, and that process the rest.
    """
    accepted, refused = (
        {
            (delivery["source"], delivery["sha256"])
            for delivery in delivered
            if (delivery["refused"] is None) is kind
        }
        for kind in (True, False)
    )
    for file in list(list_files(home.claimed)) if home.claimed.is_dir() else ():
        source, name = source_and_name(file.name) or ("", "")
        with suppress(FileNotFoundError):
            known = {"source": source, "sha256": sha256_of(home.claimed / file.name), "name": name}
            if (source, known["sha256"]) in accepted | refused:
                _put_away(
                    home,
                    home.claimed / file.name,
                    known,
                    is_refused=(source, known["sha256"]) in refused,
                )


def _put_away(home, path, known, *, is_refused):
    with lock_if_free(path) as is_free:
        if is_free and is_refused:
            move_to_folder(home, path, folder="refused", **known)
        elif is_free:
            archive_once(home, path, **known)
        elif not is_refused and _is_missing(stored := stored_path(home, folder="archive", **known)):
            stored.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.link(path, stored)


def _is_missing(archived):
    return not archived.exists() and not is_expired(archived)

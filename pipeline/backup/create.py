"""Back up: a home is mirrored into a folder while the pipeline runs; files removed from the home
are removed there too."""

from pipeline import lake, worklist
from pipeline.backup.contents import STORE, rest_of, walk
from pipeline.backup.lake_copy import copy_lake
from pipeline.backup.mirror import Mirror
from pipeline.core import Home, UsageError, exclusive_lock
from pipeline.erasure import ledger
from pipeline.lake import query
from pipeline.landing import Watch, stored_path


def create_backup(home, folder):
    """Mirror a home into a folder; returns `{"files", "copied", "removed", "bytes", "store",
    "is_signed"}`.

    In this order, so that everything a copied file refers to is copied too: the store, the runs,
    each table's log and then its files, what was received, what waits, what is claimed, the
    archive. Meanwhile an ingest may run: what went in after the lake was copied waits in the backup
    to go in again. A screening waits for the runs, an erasure or a vacuum for all. store: rows by
    table. Raises UsageError and LakeUnavailable.
    """
    folder = folder.absolute()
    _check_folder(home, folder)
    with exclusive_lock(home, "backup"):
        # made now if it is missing: later erasures must be recognised by it after a restore
        erasure_key = ledger.key_of(home).decode()
        mirror = Mirror(home, folder)
        rows = _store(home, folder)
        with exclusive_lock(home, "screen"):  # a decision moves a run's folder while it is copied
            _runs(mirror, home)
        copy_lake(mirror, home)
        # each is listed in its turn, in the order in which a file moves on
        for list_names in (_received, _waiting, _claimed, _archived, rest_of):
            mirror.take(*list_names(home))
        for name, as_name in _ingested_since(mirror, home):
            mirror.take_as(name, as_name)
        return mirror.close(rows, erasure_key)


def _check_folder(home, folder):
    if not home.root.is_dir():
        raise UsageError(f"The home {home.root} does not exist. Name another: --home or $B12_HOME.")
    if folder.is_relative_to(home.root) or home.root.is_relative_to(folder):
        raise UsageError(
            f"{folder} is inside the home, or contains it. Choose another folder, if possible on"
            " another disk."
        )


def _store(home, folder):
    store = worklist.open_store(home)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        rows = worklist.dump(store, folder / f".{STORE}")
    finally:
        store.close()
    (folder / f".{STORE}").replace(folder / STORE)
    return rows


def _runs(mirror, home):
    "What `latest` names is read before the runs are listed, so it is among them"
    mirror.take(*(name for name in ("runs/latest",) if (home.root / name).is_symlink()))
    mirror.take(
        *(
            name
            for name in walk(home, "runs")
            if not name.startswith(("runs/.building-", "runs/.gone-")) and name != "runs/latest"
        )
    )


def _received(home):
    "Whatever of a file is whole when it is copied; the rest comes with the next backup"
    return walk(home, "spool")


def _waiting(home):
    "Complete deliveries that are not claimed yet"
    complete, _ = Watch().look(home.landing) if home.landing.is_dir() else ({}, [])
    return [f"landing/{name}" for name in complete]


def _claimed(home):
    return walk(home, "claimed")


def _archived(home):
    return walk(home, "archive")


def _ingested_since(mirror, home):
    """Files of which the copied lake knows nothing: where each lies, and where it waits in the
    backup, as if it had just been landed"""
    copied, now = (_delivered(of) for of in (Home(mirror.folder), home))
    for source, sha256, name, folder in now - copied:
        place = stored_path(home, source=source, sha256=sha256, name=name, folder=folder)
        if place.exists():  # else it is in quarantine, which is copied as it is
            yield place.relative_to(home.root).as_posix(), f"landing/{source}/{sha256}/{name}"


def _delivered(home):
    if lake.open_table(home, "delivery") is None:
        return set()
    rows = query(
        home,
        "select distinct source, sha256, file, if(refused is null, 'archive', 'refused') as folder"
        " from lake.delivery",
        only=(),
    )
    return {tuple(row.values()) for row in rows}

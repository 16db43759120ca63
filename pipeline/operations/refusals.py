"""Files that were refused or put into quarantine, and still lie there: why, what to do, which of
them count against the data, and the way back into `landing/`.

A file counts until it goes in, until the source delivers a file of the same name that goes in, or
until a steward dismisses it, with a reason. No time ends it: its rows stay missing.
"""

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pipeline import worklist
from pipeline.core import (
    Malformed,
    StorageError,
    UsageError,
    counted,
    exclusive_lock,
    open_below,
    read_json,
    write_json,
)
from pipeline.lake import query
from pipeline.landing import stored_path

FOLDERS = ("quarantine", "refused")
DISMISSED = "refused-dismissed.json"
NOT_NEEDED = "; if it is not needed: b12 refused --dismiss {hash} --because TEXT"
TODO = {
    "refused": (
        "Ask the source for a corrected file, or change the profile or the limit and type: b12"
        " refused --retry {hash}" + NOT_NEEDED
    ),
    "quarantine": (
        "Report the reason; when it is mended, or the limit raised, type: b12 refused --retry"
        " {hash}" + NOT_NEEDED
    ),
}
SHOWN = 12  # digits of a SHA-256
_REFUSED = """
    select source, sha256, file, received_at, refused, (
        select min(later.received_at) from lake.delivery as later
        where later.refused is null and later.source = delivery.source
            and later.file = delivery.file and later.received_at > delivery.received_at
    ) as replaced_at
    from lake.delivery as delivery
    where refused is not null and not exists (
        from lake.delivery as accepted
        where accepted.refused is null and accepted.sha256 = delivery.sha256
            and accepted.source = delivery.source
    )
    order by received_at desc, file
"""


@dataclass(frozen=True)
class RefusedFile:
    """A refused file. state: refused or quarantine, the folder in which it lies. todo: for people.
    path: where it lies. settled: why it no longer counts, None while it does."""

    state: str
    source: str
    file: str
    received_at: datetime
    reason: str
    todo: str
    sha256: str
    path: Path
    settled: str | None = None


def refused_files(home):
    """The RefusedFiles that are still there, newest first; cheap where there is none. Raises
    LakeUnavailable."""
    if not any(any(room.glob("*/*")) for room in (home.refused, home.quarantine)):
        return []
    found, dismissed = [], _dismissed(home)
    for row in query(home, _REFUSED, only=()):
        stored = {"source": row["source"], "sha256": row["sha256"], "name": row["file"]}
        paths = {state: stored_path(home, folder=state, **stored) for state in FOLDERS}
        state = next((state for state, path in paths.items() if path.exists()), None)
        if state:
            settled = _settled(row, dismissed.get(_key(row["source"], row["sha256"])))
            found.append(_refused(row, state, paths[state], settled))
    return found


def _refused(row, state, path, settled):
    return RefusedFile(
        state=state,
        source=row["source"],
        file=row["file"],
        received_at=row["received_at"],
        reason=row["refused"],
        todo=TODO[state].format(hash=row["sha256"][:SHOWN]),
        sha256=row["sha256"],
        path=path,
        settled=settled,
    )


def _settled(row, dismissed):
    if row["replaced_at"]:
        return f"replaced by a file of the same name on {row['replaced_at']:%Y-%m-%d}"
    return f"dismissed by {dismissed['by']} on {dismissed['at'][:10]}" if dismissed else None


def open_refusals(home):
    """The RefusedFiles that count: their rows are missing in the data."""
    return [file for file in refused_files(home) if file.settled is None]


def in_quarantine(home):
    """Those of the files that count that are in quarantine."""
    return [file for file in open_refusals(home) if file.state == "quarantine"]


def told_refusals(files):
    """How many files were refused and how many are in quarantine, in words; "" for none."""
    states = [file.state for file in files]
    refused, quarantined = (states.count(state) for state in ("refused", "quarantine"))
    said = [counted(refused, "file was refused", "files were refused")] if refused else []
    if quarantined:
        said.append(counted(quarantined, "file is in quarantine", "files are in quarantine"))
    return " and ".join(said)


def dismiss(home, prefix, *, actor, because, origin=None):
    """Let refused files, by the beginning of their SHA-256, no longer count; returns their names.
    Who and why are in the audit. Raises UsageError, StorageError."""
    if not because:
        raise UsageError("Enter a reason for dismissing the file.")
    chosen = _chosen(home, prefix)
    with closing(worklist.open_store(home)) as store, exclusive_lock(home, "refused"):
        worklist.record_access(
            store, actor=actor, what="refused_dismissed", rows=len(chosen), origin=origin,
            detail=f"{', '.join(file.sha256[:SHOWN] for file in chosen)}: {because}",
        )  # fmt: skip
        entry = {"by": actor.name, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        entries = {_key(file.source, file.sha256): entry for file in chosen}
        write_json(home.root / DISMISSED, _dismissed(home) | entries)
    return [file.file for file in chosen]


def _key(source, sha256):
    return f"{source}/{sha256}"


def _dismissed(home):
    "By source and SHA-256; of a file that cannot be read all files count again"
    try:
        known = read_json(home.root / DISMISSED)
        return known if isinstance(known, dict) else {}
    except (FileNotFoundError, Malformed):
        return {}


def _chosen(home, prefix):
    chosen = [file for file in refused_files(home) if file.sha256.startswith(prefix.lower())]
    if not chosen or len(prefix) < 6:
        raise UsageError(
            f"No refused file has a SHA-256 that begins with {prefix} (6 digits or more). Type: b12"
            " refused"
        )
    return chosen


def retry(home, prefix):
    """Move refused files, by the beginning of their SHA-256, back into `landing/`, from where the
    next ingest takes them; returns their names. Raises UsageError, StorageError."""
    chosen = _chosen(home, prefix)
    for file in chosen:
        _put_back(home, file)
    return [file.file for file in chosen]


def _put_back(home, file):
    "Where copies are landed, under its SHA-256: it is complete"
    target = PurePosixPath(file.source) / file.sha256 / file.file
    home.landing.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open_below(home.landing, target.parent, make=True) as folder:
            os.rename(file.path, target.name, dst_dir_fd=folder)
    except NotADirectoryError:
        raise StorageError(
            f"{file.file} cannot be moved into {home.landing}: something that is not a folder is in"
            " the way. Remove it, then type the command again."
        ) from None

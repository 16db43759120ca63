"""Files that were refused or put into quarantine, and still lie there: why, what to do, and the way
back into `landing/`."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from pipeline.core import StorageError, UsageError, open_below
from pipeline.lake import query
from pipeline.landing import stored_path

FOLDERS = ("quarantine", "refused")
TODO = {
    "refused": (
        "ask the source for a corrected file, or change the profile or the limit and type: b12"
        " refused --retry {hash}"
    ),
    "quarantine": (
        "report the reason; when it is mended, or the limit raised, type: b12 refused --retry"
        " {hash}"
    ),
}
SHOWN = 12  # digits of a SHA-256
_REFUSED = """
    select source, sha256, file, received_at, refused
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
    path: where it lies."""

    state: str
    source: str
    file: str
    received_at: datetime
    reason: str
    todo: str
    sha256: str
    path: Path


def refused_files(home):
    """The RefusedFiles that are still there, newest first. Raises LakeUnavailable."""
    found = []
    for row in query(home, _REFUSED, only=()):
        stored = {"source": row["source"], "sha256": row["sha256"], "name": row["file"]}
        paths = {state: stored_path(home, folder=state, **stored) for state in FOLDERS}
        state = next((state for state, path in paths.items() if path.exists()), None)
        if state:
            found.append(_refused(row, state, paths[state]))
    return found


def _refused(row, state, path):
    return RefusedFile(
        state=state,
        source=row["source"],
        file=row["file"],
        received_at=row["received_at"],
        reason=row["refused"],
        todo=TODO[state].format(hash=row["sha256"][:SHOWN]),
        sha256=row["sha256"],
        path=path,
    )


def in_quarantine(home):
    """Those of the RefusedFiles that are in quarantine; cheap where there is none."""
    if not home.quarantine.is_dir() or not any(home.quarantine.glob("*/*")):
        return []
    return [file for file in refused_files(home) if file.state == "quarantine"]


def retry(home, prefix):
    """Move refused files, by the beginning of their SHA-256, back into `landing/`, from where the
    next ingest takes them; returns their names. Raises UsageError, StorageError."""
    chosen = [file for file in refused_files(home) if file.sha256.startswith(prefix.lower())]
    if not chosen or len(prefix) < 6:
        raise UsageError(
            f"No refused file has a SHA-256 that begins with {prefix} (6 digits or more). Type: b12"
            " refused"
        )
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

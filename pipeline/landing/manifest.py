"""What a sender may put beside the files of a delivery: `_READY`, or a `_MANIFEST.json` that names them with size and SHA-256."""

import fcntl
import json
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.core import open_below

READY, MANIFEST = "_READY", "_MANIFEST.json"
LARGEST = 1 << 24


@dataclass(frozen=True)
class Promise:
    """What a manifest says of one file. sha256: hex. manifest: the manifest's own name below the landing folder."""

    size: int
    sha256: str
    manifest: str
    is_kept: bool


def is_control_file(name):
    """Whether a file is a note on a delivery, and not itself data."""
    return PurePosixPath(name).name in (READY, MANIFEST)


def read_promises(landing, name):
    """The promises of a manifest by file name, below the landing folder; None where it cannot be read (not yet, or not at all).

    `{"files": [{"name": "lab_result.csv", "size": 1234, "sha256": "…"}]}`; names are below the manifest's own folder.
    """
    try:
        found = json.loads(_text(landing / name))
        folder, is_kept_already = PurePosixPath(name).parent, found.get("is_complete") is True
        return {
            (folder / one["name"]).as_posix(): Promise(int(one["size"]), str(one["sha256"]).lower(), name, is_kept_already)
            for one in found["files"]
        }  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _text(path):
    with os.fdopen(
        os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), encoding="utf-8"
    ) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            raise ValueError("no manifest is a pipe or as large as that")
        return file.read()


def is_kept(found, sizes, settled):
    """Whether everything that a manifest promises is there.

    sizes: of the files that are there, by name. settled: the names of those that do not change any more, whatever their size.
    """
    if any(promise.is_kept for promise in found.values()):
        return True  # some of it was claimed already
    return all(
        sizes.get(name) == promise.size or (name in sizes and name in settled)
        for name, promise in found.items()
    )


def mark_complete(home, names):
    """Write into these manifests that everything was there once: their files may be claimed one by one now."""
    for name in names:
        with suppress(
            FileNotFoundError, NotADirectoryError, PermissionError
        ):  # cleared away meanwhile; led elsewhere; not ours
            _note_complete(home, PurePosixPath(name))


def _note_complete(home, name):
    "Written in a room of our own, and put into the sender's by one rename that follows no link"
    found = json.loads(_text(home.landing / name))
    if found.get("is_complete") is True:
        return
    home.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = home.work / f"note-{secrets.token_hex(8)}"
    try:
        with (
            open_below(home.landing, name.parent) as folder,
            written.open("x", encoding="utf-8") as file,
        ):
            fcntl.flock(file, fcntl.LOCK_EX)  # nobody sweeps it away meanwhile
            json.dump(found | {"is_complete": True}, file)
            file.flush()
            os.rename(written, name.name, dst_dir_fd=folder)
    finally:
        written.unlink(missing_ok=True)

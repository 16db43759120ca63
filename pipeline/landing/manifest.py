"""Control files of a delivery: `_READY`, or a `_MANIFEST.json` that names its files with size and
SHA-256."""

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
LARGEST = 1 << 24  # bytes of a manifest


@dataclass(frozen=True)
class Promise:
    """What a manifest says of one file.

    sha256: in hex. manifest: the manifest's own name below the landing folder. is_kept: everything
    it names was there once.
    """

    size: int
    sha256: str
    manifest: str
    is_kept: bool


def is_control_file(name):
    """Whether a file is a marker or a manifest, and not itself data."""
    return PurePosixPath(name).name in (READY, MANIFEST)


def read_promises(landing, name):
    """The promises of a manifest by file name below the landing folder; None where it cannot be
    read, or not yet.

    `{"files": [{"name": "lab_result.csv", "size": 1234, "sha256": "…"}]}`; names are below the
    manifest's own folder.
    """
    try:
        manifest = json.loads(_text_of(landing / name))
        folder, is_kept = PurePosixPath(name).parent, manifest.get("is_complete") is True
        promises = {}
        for file in manifest["files"]:
            promise = Promise(int(file["size"]), str(file["sha256"]).lower(), name, is_kept)
            promises[(folder / file["name"]).as_posix()] = promise
        return promises
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _text_of(path):
    "Of a regular file of a sensible size: a sender may put a pipe or a link there"
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            raise ValueError("not a manifest")
        return file.read()


def all_promises_met(promises, sizes, settled):
    """Whether every file that a manifest names is there.

    sizes: of the files that are there, by name. settled: the names of those that no longer change,
    of the promised size or not.
    """
    if any(promise.is_kept for promise in promises.values()):
        return True  # some of its files were claimed already
    return all(
        sizes.get(name) == promise.size or (name in sizes and name in settled)
        for name, promise in promises.items()
    )


def mark_complete(home, names):
    """Write into these manifests that all their files were there once: the files may be claimed one
    by one now."""
    for name in names:
        # cleared away meanwhile; led elsewhere by a link; in a folder of another account
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            _mark_complete(home, PurePosixPath(name))


def _mark_complete(home, name):
    "Written in a private folder, then moved into the sender's by one rename that follows no link"
    manifest = json.loads(_text_of(home.landing / name))
    if manifest.get("is_complete") is True:
        return
    home.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = home.work / f"note-{secrets.token_hex(8)}"
    try:
        with (
            open_below(home.landing, name.parent) as folder,
            written.open("x", encoding="utf-8") as file,
        ):
            fcntl.flock(file, fcntl.LOCK_EX)  # no other process takes it for an orphan
            json.dump(manifest | {"is_complete": True}, file)
            file.flush()
            os.rename(written, name.name, dst_dir_fd=folder)
    finally:
        written.unlink(missing_ok=True)

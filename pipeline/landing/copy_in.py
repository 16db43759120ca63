"""Atomic copies into `landing/`."""

import fcntl
import hashlib
import os
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.core import UsageError, open_below, sha256_of

BLOCK = 1 << 22
PREFIX = ".landing-"  # of a copy under way


def copy_to_landing(home, paths, profile):
    """Copy files, and the files in folders, into `landing/<profile>/<sha256>/<name>`; returns
    (landed, ignored) names.

    The same file lands in the same place, so that landing again after a crash changes nothing. A
    file's name is its path below the folder given. Raises UsageError for a path that does not
    exist.
    """
    landed, ignored = [], []
    for path, name in sorted(_files(paths), key=lambda file: file[1]):
        if profile.kind_of_file(name) == "ignored":
            ignored.append(name)
            continue
        _copy(path, home.landing / profile.name, name)
        landed.append(name)
    return landed, ignored


def _files(paths):
    for root in map(Path, paths):
        if root.is_dir():
            for path in root.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    yield path, path.relative_to(root).as_posix()
        elif root.is_file():
            yield root, root.name
        else:
            raise UsageError(
                f"{root} does not exist. Give the path of an extract or of a folder of extracts."
            )


def _copy(path, folder, name):
    with _whole_copy(path, folder) as (part, sha256):
        target = folder / sha256 / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.replace(target)


def copy_into_landing(home, path, name):
    """Copy what opens like a path into `landing/<name>`; False when another file has that name, or
    the name leads elsewhere."""
    target = home.landing / name
    is_inside = target.resolve().is_relative_to(home.landing.resolve())
    if ".." in target.parts or target.is_symlink() or not is_inside:
        return False
    with (
        _whole_copy(path, home.landing) as (part, sha256),
        open_below(home.landing, Path(name).parent, make=True) as folder,
    ):
        try:
            # unlike a rename, a link never replaces a file that waits there
            os.link(part, target.name, dst_dir_fd=folder)
        except FileExistsError:
            return sha256_of(target) == sha256
    return True


@contextmanager
def _whole_copy(path, folder):
    """Yields a copy in a folder, under a name of its own that goes at the end, and its SHA-256;
    while it is locked it is not an orphan"""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_orphans(folder)
    part = folder / f"{PREFIX}{os.getpid()}-{os.urandom(3).hex()}.part"
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source, part.open("wb") as target:
            fcntl.flock(target, fcntl.LOCK_EX)
            while block := source.read(BLOCK):
                digest.update(block)
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
            yield part, digest.hexdigest()
    finally:
        part.unlink(missing_ok=True)


def _remove_orphans(folder):
    "Patients' rows that a killed copy left: its lock ended with it"
    for part in folder.glob(f"{PREFIX}*.part"):
        with suppress(OSError), part.open("rb") as orphan:
            fcntl.flock(orphan, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()

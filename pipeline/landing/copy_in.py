"""Bringing files into `landing/`: a copy appears there whole or not at all."""

import fcntl
import hashlib
import os
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.core import UsageError, open_below, sha256_of

BLOCK = 1 << 22
OURS = "landing-"


def copy_to_landing(home, paths, profile):
    """Copy files, and the files in folders, into `landing/<profile>/<sha256>/<path>`; returns (landed, ignored) names.

    A copy appears whole or not at all, and the same file lands in the same place, so that landing again after a crash
    changes nothing. The path below the given folder stays the file's name.
    """
    landed, ignored = [], []
    for path, name in sorted(_files(paths), key=lambda found: found[1]):
        if profile.kind_of_file(name) == "ignored":
            ignored.append(name)
            continue
        _copy(path, home.landing / profile.name, name)
        landed.append(name)
    return landed, ignored


def _files(paths):
    for given in map(Path, paths):
        if given.is_dir():
            inside = (path for path in given.rglob("*") if path.is_file() and not path.is_symlink())
            yield from ((path, path.relative_to(given).as_posix()) for path in inside)
        elif given.is_file():
            yield given, given.name
        else:
            raise UsageError(
                f"There is no file or folder {given}. Give the path of an extract or of a folder of extracts."
            )


def _copy(path, folder, name):
    with _whole_copy(path, folder) as (part, sha256):
        place = folder / sha256 / name
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.replace(place)


def copy_into_landing(home, path, name):
    """Copy what can be opened as a path can into `landing/<name>`; False when another file has that place, or the name leads out."""
    place = home.landing / name
    if (
        ".." in place.parts
        or place.is_symlink()
        or not place.resolve().is_relative_to(home.landing.resolve())
    ):
        return False
    with (
        _whole_copy(path, home.landing) as (part, sha256),
        open_below(home.landing, Path(name).parent, make=True) as folder,
    ):
        try:
            os.link(
                part, place.name, dst_dir_fd=folder
            )  # unlike a rename, never over a file that waits there
        except FileExistsError:
            return sha256_of(place) == sha256
    return True


@contextmanager
def _whole_copy(path, folder):
    "A copy in a folder under a name of its own, and its SHA-256; while it is held nobody sweeps it, afterwards that name is gone"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    part = folder / f".{OURS}{os.getpid()}-{os.urandom(3).hex()}.part"
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


def _sweep(folder):
    "Patients' rows that a copying left which was killed: its lock ended with it"
    for part in folder.glob(f".{OURS}*.part"):
        with suppress(OSError), part.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()

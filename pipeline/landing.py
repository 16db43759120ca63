"""Files on their way: landed, claimed by an atomic rename, archived under their SHA-256, or refused."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from pipeline.errors import UsageError

BLOCK = 1 << 22


def sha256_of(path):
    """The SHA-256 of a file, in hex."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def land(home, paths, profile):
    """Copy files, and the files in folders, into `landing/<profile>/<sha256>/<path>`; returns (landed, ignored) names.

    A copy appears whole or not at all, and the same file lands in the same place, so that landing again after a crash
    changes nothing. The path below the given folder stays the file's name.
    """
    landed, ignored = [], []
    for path, name in sorted(_files(paths), key=lambda found: found[1]):
        if profile.entity_of(name) == "ignored":
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
            raise UsageError(f"There is no file or folder {given}. Give the path of an extract or of a folder of extracts.")


def _copy(path, folder, name):
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{os.getpid()}.part"
    digest = hashlib.sha256()
    with path.open("rb") as source, part.open("wb") as target:
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    place = folder / digest.hexdigest() / name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part.replace(place)


def waiting(home):
    """The files that wait in `landing/` or were claimed by a run that died: (path, source, name), references first."""
    found = []
    for folder in (home.claimed, home.landing):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".") and path.suffix not in (".part", ".tmp"):
                source, *rest = path.relative_to(folder).parts
                if rest:
                    found.append((path, source, "/".join(rest[1:] if _is_sha256(rest[0]) else rest)))
    return found


def _is_sha256(text):
    return len(text) == 64 and all(character in "0123456789abcdef" for character in text)


def claim(home, path):
    """Move a landed file into `claimed/` by one rename; returns its new path, or None when another run was faster."""
    if path.is_relative_to(home.claimed):
        return path
    place = home.claimed / path.relative_to(home.landing)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        path.replace(place)
    except FileNotFoundError:
        return None
    _prune(path.parent, home.landing)
    return place


def archived(home, path, *, source, sha256, name, folder):
    """Move a file into `archive/`, `reference/` or `refused/` under its SHA-256; returns its place."""
    place = _place(home, source=source, sha256=sha256, name=name, folder=folder)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # a file of another account keeps the mode that it was dropped with
        path.chmod(0o600)
    path.replace(place)
    _leave(home, path)
    return place


def put_away(home, path, *, source, sha256, name):
    """Put away a file that was ingested before: into the archive if a crash kept it from there, else nowhere.

    What the archive holds stays as it is: a patient may have been erased from it since.
    """
    if _place(home, source=source, sha256=sha256, name=name, folder="archive").exists():
        path.unlink()
        _leave(home, path)
    else:
        archived(home, path, source=source, sha256=sha256, name=name, folder="archive")


def _place(home, *, source, sha256, name, folder):
    ending = "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    return home.root / folder / source / f"{sha256}{ending}"


def _leave(home, path):
    if path.is_relative_to(home.claimed):
        _prune(path.parent, home.claimed)


def _prune(folder, root):
    "Remove folders that are empty now, up to the root"
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def latest_reference(home, source):
    """The newest reference file (such as codes.parquet) of a source, or None."""
    folder = home.root / "reference" / source
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    return found[-1] if found else None

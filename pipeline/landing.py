"""Files on their way: claimed by an atomic rename, archived under their SHA-256, put back, or refused."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path


def sha256_of(path):
    """The SHA-256 of a file, in hex."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_sha256(text):
    """Whether a text is a SHA-256 in hex, in small letters."""
    return len(text) == 64 and all(character in "0123456789abcdef" for character in text)


def claim(home, path, as_name):
    """Move a landed file into `claimed/` by one rename; returns its new path, or None when another run was faster.

    as_name: its place there, which must be its own: a file of the same name may still lie claimed.
    """
    place = home.claimed / as_name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        path.replace(place)
    except FileNotFoundError:
        prune(place.parent, home.claimed)
        return None
    leave_landing(home.landing, path)
    if place.is_symlink():  # put there in the moment between looking and claiming: what it points to is nobody's delivery
        place.unlink()
        return None
    return place


def put_back(home, path, *, source, name):
    """Move a claimed file back to where it was landed; a file that has come there meanwhile keeps the place, and this one stays claimed."""
    place = home.landing / source / name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.link(path, place)
        path.unlink()
        _leave(home, path)


def archived(home, path, *, source, sha256, name, folder):
    """Move a file into `archive/`, `reference/` or `refused/` under its SHA-256; returns its place."""
    place = place_of(home, source=source, sha256=sha256, name=name, folder=folder)
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
    if place_of(home, source=source, sha256=sha256, name=name, folder="archive").exists():
        path.unlink()
        _leave(home, path)
    else:
        archived(home, path, source=source, sha256=sha256, name=name, folder="archive")


def place_of(home, *, source, sha256, name, folder):
    """Where a delivered file of this hash and name lies in `archive/`, `reference/` or `refused/`."""
    ending = "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    return home.root / folder / source / f"{sha256}{ending}"


def _leave(home, path):
    if path.is_relative_to(home.claimed):
        prune(path.parent, home.claimed)


def leave_landing(landing, path):
    """Remove the folders that a file has left empty; that of its source stays, for the next delivery to be dropped into."""
    folders = path.relative_to(landing).parts[:-1]
    if folders:
        prune(path.parent, landing / folders[0])


def prune(folder, root):
    """Remove folders that are empty now, up to the root."""
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

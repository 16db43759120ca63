"""Files on their way: claimed by an atomic rename, archived under their SHA-256, put back, or refused."""

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

from pipeline.core import open_below

log = logging.getLogger(__name__)


def is_sha256(text):
    """Whether a text is a SHA-256 in hex, in small letters."""
    return len(text) == 64 and all(character in "0123456789abcdef" for character in text)


def claim(home, path, as_name):
    """Move a landed file into `claimed/` by one rename; returns its new path, or None where there is none to be had (any more).

    as_name: its place there, which must be its own: a file of the same name may still lie claimed.
    """
    place = home.claimed / as_name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open_below(home.landing, path.parent.relative_to(home.landing)) as folder:
            os.rename(path.name, place, src_dir_fd=folder)
    except (
        FileNotFoundError,
        NotADirectoryError,
        PermissionError,
    ) as error:  # another run was faster; its folder is a link; not ours
        prune(place.parent, home.claimed)
        if isinstance(error, PermissionError):
            log.warning(
                "A file waits in a folder of landing/%s from which it cannot be moved",
                path.relative_to(home.landing).parts[0],
            )
        return None
    prune_landing(home.landing, path)
    return place if _is_delivery(place) else None


def _is_delivery(place):
    "False for what was put there in the moment between looking and claiming: a link or a pipe is nobody's delivery"
    mode = place.lstat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        place.unlink()
    return stat.S_ISREG(mode)


def return_to_landing(home, path, *, source, name):
    """Move a claimed file back to where it was landed; a file that has come there meanwhile keeps the place, and this one stays claimed."""
    place = Path(source) / name
    with (
        suppress(FileExistsError, NotADirectoryError, PermissionError),
        open_below(home.landing, place.parent, make=True) as folder,
    ):
        os.link(path, place.name, dst_dir_fd=folder)
        path.unlink()
        _leave(home, path)


def move_to_folder(home, path, *, source, sha256, name, folder):
    """Move a file into `archive/`, `reference/` or `refused/` under its SHA-256; returns its place."""
    place = stored_path(home, source=source, sha256=sha256, name=name, folder=folder)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(
        PermissionError
    ):  # a file of another account keeps the mode that it was dropped with
        path.chmod(0o600)
    path.replace(place)
    _leave(home, path)
    return place


def archive_once(home, path, *, source, sha256, name):
    """Put away a file that was ingested before: into the archive if a crash kept it from there, else nowhere.

    What the archive holds stays as it is: a patient may have been erased from it since.
    """
    if stored_path(home, source=source, sha256=sha256, name=name, folder="archive").exists():
        path.unlink()
        _leave(home, path)
    else:
        move_to_folder(home, path, source=source, sha256=sha256, name=name, folder="archive")


def stored_path(home, *, source, sha256, name, folder):
    """Where a delivered file of this hash and name lies in `archive/`, `reference/` or `refused/`."""
    ending = (
        "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    )
    return home.root / folder / source / f"{sha256}{ending}"


def _leave(home, path):
    if path.is_relative_to(home.claimed):
        prune(path.parent, home.claimed)


def prune_landing(landing, path):
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
    found = (
        sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    )
    return found[-1] if found else None

"""Moves of a delivered file: claimed by an atomic rename, archived under its SHA-256, returned, or
refused."""

import fcntl
import logging
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from pipeline.core import is_lease_granted, open_below, printable, replacing
from pipeline.landing.archive import is_expired

LOG = logging.getLogger(__name__)
BLOCK = 1 << 22


def is_sha256(text):
    """Whether a text is a SHA-256 in hex, in small letters."""
    return len(text) == 64 and all(character in "0123456789abcdef" for character in text)


def claim(home, path, as_name):
    """Move a landed file into `claimed/` by one rename; returns its new path, or None where the
    file is gone or is not a file.

    as_name: its name there, which must be its own: a file of the same name may still lie claimed.
    """
    claimed = home.claimed / as_name
    claimed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open_below(home.landing, path.parent.relative_to(home.landing)) as folder:
            os.rename(path.name, claimed, src_dir_fd=folder)
    # another process was faster; its folder is a link
    except (FileNotFoundError, NotADirectoryError):
        prune(claimed.parent, home.claimed)
        return None
    except PermissionError:
        prune(claimed.parent, home.claimed)
        name = printable(str(path.relative_to(home.landing)))
        LOG.warning("landing/%s cannot be moved and is skipped: check its folder's owner", name)
        return None
    prune_landing(home.landing, path)
    return claimed if _is_regular(claimed) else None


def _is_regular(claimed):
    "False for a link or a pipe that was put there between looking and claiming; it is removed"
    mode = claimed.lstat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        claimed.unlink()
    return stat.S_ISREG(mode)


def is_ours_alone(file):
    """Whether no other account can reach an open file: it is of this account, under one name, and
    open nowhere else, for to that alone a lease to write is given."""
    status = os.fstat(file.fileno())
    is_ours = status.st_uid == os.geteuid() and status.st_nlink == 1
    return is_ours and is_lease_granted(file, fcntl.F_WRLCK) is True


def put_copy_in_place(path, source):
    """Replace a claimed file, open as `source`, by a copy that no sender can reach; returns the
    copy, open and locked."""
    with replacing(path) as part:
        held = part.open("xb")
        try:
            fcntl.flock(held, fcntl.LOCK_EX)  # else it is the leftover of a killed process
            shutil.copyfileobj(source, held, BLOCK)
            held.flush()
            os.utime(part, ns=(0, os.fstat(source.fileno()).st_mtime_ns))
        except BaseException:
            held.close()
            raise
    return held


def return_to_landing(home, path, *, source, name):
    """Move a claimed file back to where it was landed; it stays claimed where another file has come
    there meanwhile."""
    target = Path(source) / name
    with (
        suppress(FileExistsError, NotADirectoryError, PermissionError),
        open_below(home.landing, target.parent, make=True) as folder,
    ):
        os.link(path, target.name, dst_dir_fd=folder)
        path.unlink()
        _prune_claimed(home, path)


def move_to_folder(home, path, *, source, sha256, name, folder):
    """Move a file into `archive/`, `reference/` or `refused/` under its SHA-256; returns its new
    path."""
    target = stored_path(home, source=source, sha256=sha256, name=name, folder=folder)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # a file of another account keeps the mode that it was dropped with
    with suppress(PermissionError):
        path.chmod(0o600)
    path.replace(target)
    _prune_claimed(home, path)
    return target


def archive_once(home, path, *, source, sha256, name):
    """Remove a file that was ingested before, or archive it if a crash kept it from the archive.

    What the archive holds stays as it is, and what has expired stays away: a patient may have been
    erased from it since.
    """
    stored = {"source": source, "sha256": sha256, "name": name, "folder": "archive"}
    archived = stored_path(home, **stored)
    if archived.exists() or is_expired(archived):
        path.unlink()
        _prune_claimed(home, path)
    else:
        move_to_folder(home, path, **stored)


def stored_path(home, *, source, sha256, name, folder):
    """Where a file of this hash and name lies in `archive/`, `reference/` or `refused/`."""
    ending = (
        "".join(Path(name).suffixes[-2:]) if name.lower().endswith(".gz") else Path(name).suffix
    )
    return home.root / folder / source / f"{sha256}{ending}"


def _prune_claimed(home, path):
    if path.is_relative_to(home.claimed):
        prune(path.parent, home.claimed)


def prune_landing(landing, path):
    """Remove the folders that a file has left empty; that of its source stays, for the next
    delivery."""
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


def references_of(home, source):
    """The reference files (such as codes.parquet) of a source, newest first."""
    folder = home.root / "reference" / source
    files = folder.iterdir() if folder.is_dir() else ()
    references = [path for path in files if not path.name.startswith(".")]
    newest_first = sorted(references, key=lambda path: (-path.stat().st_mtime_ns, path.name))
    return tuple(newest_first)

"""Arrival: finds complete files in `landing/`, so that none is ingested while it is still being
written.

A file is complete when it was landed under its SHA-256; when every file that its `_MANIFEST.json`
promises is there; when a `_READY` was put into its folder or above after it; or when it has
settled: no process has it open for writing, and nothing about it changed for some seconds. Names
that begin with a dot or end in `.part` or `.tmp` are uploads under way. Links are never followed.
"""

import fcntl
import logging
import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.core import is_lease_granted, printable, settings
from pipeline.landing.manifest import (
    MANIFEST,
    READY,
    all_promises_met,
    is_control_file,
    read_promises,
)
from pipeline.landing.moves import is_sha256

LOG = logging.getLogger(__name__)
UPLOADS = (".part", ".tmp", ".filepart", ".crdownload")  # endings of files that are still uploaded


@dataclass(frozen=True)
class FileState:
    """A file at one look. name: below the folder, with slashes. changed_at: seconds since 1970."""

    name: str
    size: int
    changed_at: float
    is_open: bool = False


class Watch:
    """Looks at a landing folder again and again, and remembers since when each file is as it is.

    settle: seconds without a change after which a file is complete; else `$B12_SETTLE_SECONDS`.
    """

    def __init__(self, settle=None):
        self.settle = settings().settle_seconds if settle is None else settle
        self._unchanged_since, self._unreadable = {}, set()

    def look(self, landing):
        """The present files: `({name: Promise or None} of the complete files, [name] of the
        growing ones)`."""
        # a folder of one sender that cannot be read delays no other sender
        files = {file.name: file for file in list_files(landing, unread=self._warn)}
        self._remember(files.values())
        manifests = {
            name: read_promises(landing, name)
            for name in files
            if PurePosixPath(name).name == MANIFEST
        }
        settled = {name for name, file in files.items() if self._has_settled(file)}
        promised = _promised(manifests, files, settled)
        complete, growing = {}, []
        for name in sorted(name for name in files if not is_control_file(name)):
            if self._is_complete(files[name], files, manifests, promised):
                complete[name] = promised.get(name)
            else:
                growing.append(name)
        return complete, growing

    def _remember(self, files):
        now = time.monotonic()
        self._unchanged_since = {file: self._unchanged_since.get(file, now) for file in files}

    def _warn(self, error):
        if error.filename not in self._unreadable:
            self._unreadable.add(error.filename)
            name = printable(str(error.filename))
            LOG.warning("%s cannot be read and is skipped: %s", name, error.strerror)

    def _has_settled(self, file):
        "By the clock or, should the clock have stepped back, by two looks"
        by_looks = time.monotonic() - self._unchanged_since[file]
        unchanged_for = max(time.time() - file.changed_at, by_looks)
        return not file.is_open and unchanged_for >= self.settle

    def _is_complete(self, file, files, manifests, promised):
        if file.name in promised or _is_landed(file.name):
            return not file.is_open
        above = [parent.as_posix() for parent in PurePosixPath(file.name).parents][:-1]
        if any(manifests.get(f"{folder}/{MANIFEST}", ()) is None for folder in above):
            return False  # a manifest that cannot be read yet may name it
        if any(file.name in (promises or ()) for promises in manifests.values()):
            return False
        markers = [files[f"{folder}/{READY}"] for folder in above if f"{folder}/{READY}" in files]
        is_marked = any(marker.changed_at >= file.changed_at for marker in markers)
        return (not file.is_open and is_marked) or self._has_settled(file)


def _promised(manifests, files, settled):
    """The promises of every manifest whose files are all there; a settled file of another size is
    there too, and is refused later"""
    sizes = {name: file.size for name, file in files.items()}
    met = [
        promises
        for promises in manifests.values()
        if promises and all_promises_met(promises, sizes, settled)
    ]
    return {name: promise for promises in met for name, promise in promises.items()}


def _is_landed(name):
    "Whether a file was landed by `copy_to_landing`, under its SHA-256"
    return name.count("/") > 1 and is_sha256(name.split("/")[1].partition("-")[0])


def source_and_name(name):
    """Of a file's name below `landing/` or `claimed/`: the source, and the name as delivered. None
    where it has no source."""
    source, *rest = name.split("/")
    return (source, "/".join(rest[1:] if _is_landed(name) else rest)) if rest else None


def list_files(folder, unread=None):
    """Yields a FileState for every file below a folder, uploads under way left out. Raises OSError
    for what cannot be read.

    unread: called with that OSError instead, where it is about something below the folder.
    """

    def on_error(error):
        if isinstance(error, FileNotFoundError):
            return
        if unread is None or Path(error.filename) == Path(folder):
            raise error
        unread(error)

    for root, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(root) / name for name in names if not is_partial(name)):
            try:
                if state := _state_of(path, folder, unread or (lambda _: None)):
                    yield state
            except PermissionError as error:
                on_error(error)


def is_partial(name):
    """Whether a file's name says that it is still being uploaded."""
    return name.startswith(".") or name.lower().endswith(UPLOADS)


def _state_of(path, folder, unread):
    with suppress(FileNotFoundError):  # claimed by another process meanwhile
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            name = path.relative_to(folder).as_posix()
            try:
                is_open = _is_being_written(path)
            except FileNotFoundError:
                return None
            except OSError as error:  # what cannot be read is not complete: it waits
                unread(error)
                is_open = True
            return FileState(name, status.st_size, status.st_ctime, is_open)
    return None


def _is_being_written(path):
    """Whether a process of this machine has the file open for writing: then the kernel grants no
    lease to read.

    On a network disk the kernel cannot tell; the settling time decides there. Raises OSError for
    what cannot be read.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return is_lease_granted(file, fcntl.F_RDLCK) is False
    finally:
        os.close(file)

"""Arrival: which of the files in `landing/` are complete, so that none is taken while somebody still writes it.

A file is complete when it was landed under its SHA-256; when everything that the `_MANIFEST.json` which names it promises is
there; when a `_READY` was put into its folder or above after it; or when it has settled: nobody has it open for writing, and
nothing about it changed for some seconds. Names that begin with a dot or end in `.part` or `.tmp` are uploads on their way.
Links are never followed.
"""

import fcntl
import logging
import os
import signal
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.core import settings
from pipeline.landing.manifest import MANIFEST, READY, is_control_file, is_kept, read_promises
from pipeline.landing.moves import is_sha256

log = logging.getLogger(__name__)
PARTIAL = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True)
class Seen:
    """A file at one look. name: below the landing folder, with slashes. changed_at: seconds since 1970, by the kernel's clock."""

    name: str
    size: int
    changed_at: float
    is_open: bool = False


class Watch:
    """Looks at a landing folder again and again, and remembers since when each file is as it is.

    settle: seconds without a change after which a file counts as complete; from `$B12_SETTLE_SECONDS`, else 5.
    """

    def __init__(self, settle=None):
        self.settle = settings().settle_seconds if settle is None else settle
        self.since, self.unread = {}, set()

    def look(self, landing):
        """What lies there now: `(complete, growing)`, names of files; the complete ones with what a manifest promises of each, or None."""
        files = {
            file.name: file for file in list_files(landing, unread=self._warn)
        }  # a folder of one sender keeps nobody else waiting
        self._remember(files.values())
        notes = {
            name: read_promises(landing, name)
            for name in files
            if PurePosixPath(name).name == MANIFEST
        }
        promised = _promised(
            notes, files, {name for name, file in files.items() if self._has_settled(file)}
        )
        data = sorted(name for name in files if not is_control_file(name))
        complete = {
            name: promised.get(name)
            for name in data
            if self._is_complete(files[name], files, notes, promised)
        }
        return complete, [name for name in data if name not in complete]

    def _remember(self, files):
        now = time.monotonic()
        self.since = {file: self.since.get(file, now) for file in files}

    def _warn(self, error):
        if error.filename not in self.unread:
            self.unread.add(error.filename)
            log.warning(
                "Something below landing/ cannot be read and is not taken: %s", error.strerror
            )

    def _has_settled(self, file):
        "By the clock or, should the clock have stepped back, by two looks"
        unchanged_for = max(time.time() - file.changed_at, time.monotonic() - self.since[file])
        return not file.is_open and unchanged_for >= self.settle

    def _is_complete(self, file, files, notes, promised):
        if file.name in promised or _is_landed(file.name):
            return not file.is_open
        above = [parent.as_posix() for parent in PurePosixPath(file.name).parents][:-1]
        if any(notes.get(f"{folder}/{MANIFEST}", ()) is None for folder in above):
            return False  # a manifest that nobody can read yet may name it
        if any(file.name in (found or ()) for found in notes.values()):
            return False
        marks = [
            files[mark].changed_at for folder in above if (mark := f"{folder}/{READY}") in files
        ]
        return (
            not file.is_open and any(at >= file.changed_at for at in marks)
        ) or self._has_settled(file)


def _promised(notes, files, settled):
    "The promises of every manifest of which all is there; what settled with another size is there too, and will be refused"
    kept = [
        found
        for found in notes.values()
        if found and is_kept(found, {name: file.size for name, file in files.items()}, settled)
    ]
    return {name: promise for found in kept for name, promise in found.items()}


def _is_landed(name):
    return name.count("/") > 1 and is_sha256(name.split("/")[1].partition("-")[0])


def source_and_name(name):
    """Of a file's name below `landing/` or `claimed/`: the source, and the name as delivered. None where it lies under no source."""
    source, *rest = name.split("/")
    return (source, "/".join(rest[1:] if _is_landed(name) else rest)) if rest else None


def list_files(folder, unread=None):
    """Every file below a folder that is no upload on its way, as Seen. Raises OSError where something there cannot be read.

    unread: called with that OSError instead, where it is about something below the folder.
    """

    def told(error):
        if not isinstance(error, FileNotFoundError):
            if unread is None or Path(error.filename) == Path(folder):
                raise error
            unread(error)

    for root, folders, names in os.walk(folder, onerror=told):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(root) / name for name in names if not is_partial(name)):
            try:
                if seen := _seen(path, folder):
                    yield seen
            except PermissionError as error:
                told(error)


def is_partial(name):
    """Whether a file's name says that it is still on its way."""
    return name.startswith(".") or name.lower().endswith(PARTIAL)


def _seen(path, folder):
    with suppress(FileNotFoundError):  # claimed by another meanwhile
        found = path.lstat()
        if stat.S_ISREG(found.st_mode):
            return Seen(
                path.relative_to(folder).as_posix(),
                found.st_size,
                found.st_ctime,
                _is_being_written(path),
            )
    return None


def _is_being_written(path):
    "Whether somebody on this machine has the file open for writing: then the kernel grants no lease to read. Elsewhere it cannot tell"
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        return True  # what cannot be read is not complete: it waits, and after some hours people are told
    try:
        fcntl.fcntl(
            file, fcntl.F_SETSIG, signal.SIGURG
        )  # sent to us if somebody opens it just now; SIGIO, the default, would end us
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (AttributeError, OSError):
        return False
    finally:
        os.close(file)
    return False

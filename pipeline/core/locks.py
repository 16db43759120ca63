"""Locks between the processes of an installation; each lock ends with the process that holds
it."""

import fcntl
import logging
import os
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

log = logging.getLogger(__name__)


@contextmanager
def exclusive_lock(home, what):
    """Waits until no other process does `what` in this home, and keeps others waiting meanwhile;
    not within itself.

    `ingest`: everything that writes rows of the lake, so that a row in two files is accepted once.
    `screen`: everything that publishes. `maps`: a change of a stewards' map. `backup`: a backup,
    and what must not go on beside it.
    `buckets`: see `shared_lock`. Several are taken in the order backup, buckets, screen, ingest,
    maps.
    """
    with _lock(home, what, fcntl.LOCK_EX):
        yield


@contextmanager
def shared_lock(home, what):
    """As `exclusive_lock`, and others that share it may go on at the same time.

    `buckets`: patients are screened, whose rows lie in working folders meanwhile. An erasure waits
    for its end.
    """
    with _lock(home, what, fcntl.LOCK_SH):
        yield


@contextmanager
def _lock(home, what, kind):
    folder = home.root / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(folder / what, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("Waiting for another process that holds the lock %s", what)
            fcntl.flock(file, kind)
        yield
    finally:
        os.close(file)


@contextmanager
def lock_if_free(path):
    """Whether no living process holds a file or folder: then this one does, as long as it looks.
    False, too, where it has just gone."""
    try:
        held = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_free = path.exists()
    except BlockingIOError:
        is_free = False
    try:
        yield is_free
    finally:
        os.close(held)


def is_lease_granted(file, kind):
    """Whether the kernel grants a lease on an open file. F_RDLCK: no process has it open for
    writing; F_WRLCK: no other process has it open. None where it
    cannot tell, as on a network disk."""
    try:
        # a process that opens the file just now makes the kernel send a signal; the default, SIGIO,
        # would end this process
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, kind)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return False
    except (AttributeError, OSError):
        return None
    return True


def remove_unlocked(paths, *, ignore_errors=False):
    """Remove the files and folders of these that no living process holds. ignore_errors: what of a
    folder cannot be removed stays."""
    for path in paths:
        with lock_if_free(path) as is_free:
            if is_free and path.is_dir():
                shutil.rmtree(path, ignore_errors=ignore_errors)
            elif is_free:
                path.unlink(missing_ok=True)


@contextmanager
def private_folder(home, what):
    """Yields a new folder `WHAT-…` below `work` that its owner alone reads, for patients' rows that
    are worked on; it goes at the end, and those that killed processes left go first.

    Where the home can only be read, as from Airflow's pages, it is a temporary folder.
    """
    if not os.access(home.root, os.W_OK):
        with TemporaryDirectory(prefix=f"b12-{what}-") as name:
            yield Path(name)
        return
    folder = home.work / f"{what}-{os.getpid()}-{os.urandom(3).hex()}"
    # a folder is locked before another process could take it for an orphan
    with exclusive_lock(home, "work"):
        remove_unlocked(home.work.glob(f"{what}-*"), ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)

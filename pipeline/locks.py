"""Locks between the processes of an installation; each ends with the process that holds it, however that ends."""

import fcntl
import os
from contextlib import contextmanager


@contextmanager
def alone(home, what):
    """Waits until no other process does `what` in this home, and keeps others waiting meanwhile; not within itself.

    `ingest`: whatever writes the lake's rows, so that a row which two files hold is accepted once. `screen`: whatever publishes.
    Who needs both takes `screen` first.
    """
    folder = home.root / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(folder / what, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)

"""How often an ingest of a claimed file was begun, counted on disk before it begins, so that killed
processes and power cuts count."""

import os

from pipeline.core import flush

STOP = b"stop\n"  # what an ingest that is stopped says to its reader, which takes the attempt back


def count(home, path):
    """How many attempts at a claimed file are on record."""
    try:
        return _file_of(home, path).stat().st_size
    except FileNotFoundError:
        return 0


def note(home, path):
    """Record one more attempt, through to the disk: one byte."""
    record = _file_of(home, path)
    record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, b".")
        os.fsync(file)
    finally:
        os.close(file)
    _batched(home, path).unlink(missing_ok=True)
    flush(record.parent)


def note_batch(home, paths):
    """Record that these claimed files are read together, through to the disk. If that fails, each
    is read alone from then on, and its attempts are counted."""
    home.attempts.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in paths:
        _batched(home, path).touch(0o600)
    flush(home.attempts)


def is_new(home, path):
    """Whether no attempt at a claimed file was begun, be it alone or with others."""
    return not (_file_of(home, path).exists() or _batched(home, path).exists())


def take_back(home, path):
    """Take back the last attempt at a claimed file: it was cut short from outside."""
    batched = _batched(home, path)
    if batched.exists():
        batched.unlink()
    elif size := count(home, path):
        os.truncate(_file_of(home, path), size - 1)


def forget(home, path):
    """Forget the attempts at a claimed file: it is done with."""
    _file_of(home, path).unlink(missing_ok=True)
    _batched(home, path).unlink(missing_ok=True)


def forget_batch(home, paths):
    """Forget the attempts at these claimed files: they are done with."""
    for path in paths:
        forget(home, path)


def _batched(home, path):
    return _file_of(home, path).with_suffix(".batch")


def _file_of(home, path):
    "Each claim has a folder of its own below claimed/<source>/, whose name is used once"
    return home.attempts / path.relative_to(home.claimed).parts[1]

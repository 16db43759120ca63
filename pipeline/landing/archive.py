"""The archive: delivered files as they came, each under its SHA-256. An erasure alone rewrites one,
and notes what it has become; the retention alone removes one, and notes that it was there."""

import os
import shutil
from contextlib import contextmanager

from pipeline.core import flush, replacing, sha256_of

NOTED = ".sha256"  # ending of the hidden file beside an archived one, with a hash a line
EXPIRED = ".expired"  # ending of the hidden file that says that a file is past its retention


@contextmanager
def rewriting(path):
    """Yields a copy of an archived file, which takes its place when the block ends without an
    error. Its hash is noted before that, so that a kill leaves a file that is known."""
    with replacing(path) as part:
        shutil.copyfile(path, part)
        status = path.stat()
        yield part
        os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))  # reference files have an order
        _note(path, sha256_of(part))


def note_as_rewritten(path):
    """Note of an archived file that an erasure made it what it is now."""
    _note(path, sha256_of(path))


def _note(path, sha256):
    with _noted(path).open("a", encoding="ascii") as notes:
        notes.write(f"{sha256}\n")
        notes.flush()
        os.fsync(notes.fileno())
    flush(path.parent)


def is_as_archived(path, sha256):
    """Whether an archived file is what was delivered under this SHA-256, or what an erasure made of
    it."""
    return sha256_of(path) in {sha256, *_hashes(path)}


def is_rewritten(path):
    """Whether an erasure changed an archived file."""
    return _noted(path).exists()


def archived_files(folder, sha256):
    """The files of a source's archive that were delivered under this SHA-256, with whatever
    ending."""
    return sorted(folder.glob(f"{sha256}*"))


def rewritten_files(home):
    """The archived files that an erasure changed."""
    noted = sorted(home.archive.rglob(f".*{NOTED}"))
    named = [note.with_name(note.name[1 : -len(NOTED)]) for note in noted]
    return [path for path in named if path.exists()]


def expire(folder, sha256, noted):
    """Remove the files that a source's archive holds under this SHA-256, and leave a note of it: it
    comes first, so that a file that is missing without one was lost. noted: what the note says."""
    note = _expiry_of(folder, sha256)
    with replacing(note) as part:
        part.write_text(f"{noted}\n", encoding="ascii")
    for path in archived_files(folder, sha256):
        path.unlink()
        _noted(path).unlink(missing_ok=True)
    flush(folder)


def is_expired(path):
    """Whether an archived file is gone because it was past its retention."""
    return not path.exists() and _expiry_of(path.parent, path.name.split(".")[0]).exists()


def _expiry_of(folder, sha256):
    return folder / f".{sha256}{EXPIRED}"


def _hashes(path):
    return _noted(path).read_text(encoding="ascii").split() if is_rewritten(path) else ()


def _noted(path):
    return path.with_name(f".{path.name}{NOTED}")

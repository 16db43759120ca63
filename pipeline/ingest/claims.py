"""Claims: every complete delivery becomes this installation's by one rename, and is ingested once, whoever else tries."""

import fcntl
import logging
import secrets
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict

from pipeline.core import Failure, Growing
from pipeline.ingest.ingest import ingest_file, refuse_file
from pipeline.landing import (
    READY,
    Watch,
    claim,
    is_control_file,
    is_sha256,
    listed,
    mark_complete,
    prune_landing,
    read_promises,
    return_to_landing,
    sha256_of,
    source_and_name,
)
from pipeline.observability import instrumentation as observed
from pipeline.profiles import profile as read_profile

log = logging.getLogger(__name__)

NO_FILES = "0" * 64  # a SHA-256 that no file has


def waiting(home, watch):
    """The complete deliveries in `landing/` that a profile knows, and how many files are still growing.

    Returns `([(source, name, path below landing, promise of a manifest or None)], int)`.
    """
    complete, growing = watch.look(home.landing)
    found = [(*source_and_name(place), place, promise) for place, promise in complete.items() if source_and_name(place)]
    return [one for one in found if _kind(home, *one[:2]) not in ("ignored", "unknown")], len(growing)


def _kind(home, source, name):
    try:
        return read_profile(source, home).kind_of_file(name)
    except Failure as failure:
        log.warning("Files in landing/%s wait: %s", source, failure)  # the others go in
        return "unknown"


def claim_waiting(home, watch=None, at_most=None):
    """Claim every complete file; returns `{"source", "path", "name"}` of each, those first that a dead run left claimed.

    at_most: so many, where not None; the others wait for the next time (Airflow maps no more than 1,024 tasks).

    What is still growing is given the time to settle, once. Reference files (such as codes.parquet) are taken in here, so that
    they are there before any file that needs them.
    """
    watch = watch or Watch()
    found, growing = waiting(home, watch)
    if growing and watch.settle:
        time.sleep(watch.settle)
        found, _ = waiting(home, watch)
    mark_complete(home, {promise.manifest for *_, promise in found if promise})
    left = [_claimed(home, path) for path in _left(home)][:at_most]
    taken = [one for each in found[: None if at_most is None else at_most - len(left)] if (one := _take(home, *each)) is not None]
    clear_away(home.landing)
    return _without_references(home, [*left, *taken])


def _left(home):
    "What was claimed and not yet ingested, by this run before or by one that died"
    found = [(source_and_name(file.name), home.claimed / file.name) for file in listed(home.claimed)]
    return [path for delivered, path in found if delivered and _kind(home, *delivered) != "unknown"]


def _claimed(home, path):
    source, name = source_and_name(path.relative_to(home.claimed).as_posix())
    return {"source": source, "path": path.relative_to(home.root).as_posix(), "name": name}


def _take(home, source, name, place, promise):
    "Into a place of its own, whose name says what the manifest promised: so a killed run forgets no promise"
    own = f"{promise.sha256 if is_sha256(promise.sha256) else NO_FILES}-{secrets.token_hex(8)}" if promise else secrets.token_hex(32)
    path = claim(home, home.landing / place, as_name=f"{source}/{own}/{name}")
    return None if path is None else _claimed(home, path)


def _is_another(home, claimed):
    "Whether a claimed file is not what its manifest promised"
    path = home.root / claimed["path"]
    promised, _, is_promised = path.relative_to(home.claimed).parts[1].partition("-")
    try:
        return bool(is_promised) and sha256_of(path) != promised
    except FileNotFoundError:  # had by another meanwhile
        return False


def clear_away(landing):
    """Remove the notes that have served: a marker with no file beside or below it, a manifest that was kept and whose files are gone."""
    for name in [file.name for file in listed(landing, unread=lambda _: None) if is_control_file(file.name)]:
        path = landing / name
        if _has_served(path) if path.name == READY else _was_kept(landing, name):
            with suppress(PermissionError):  # in a folder that is not ours
                path.unlink(missing_ok=True)
            prune_landing(landing, path)


def _has_served(marker):
    return not any(other.is_file() and not is_control_file(other.name) for other in marker.parent.rglob("*"))


def _was_kept(landing, name):
    found = read_promises(landing, name)
    return bool(found) and all(promise.is_kept and not (landing / one).exists() for one, promise in found.items())


def _without_references(home, claimed):
    found = [one for one in claimed if read_profile(one["source"], home).kind_of_file(one["name"]) == "reference"]
    references = [one for one in found if not _is_another(home, one)]
    for one in references:
        ingest_claimed(home, one)
    return [one for one in claimed if one not in references]


@observed.ingesting
def ingest_claimed(home, claimed):
    """Ingest one claimed file; returns its account as a dict, counts only. {}: another process holds or had it, or it is still growing."""
    path = home.root / claimed["path"]
    with _held(path) as is_ours:
        if not is_ours:
            return {}
        if _is_another(home, claimed):
            because = "it is not the file that its manifest promises (size or SHA-256)"
            return asdict(refuse_file(home, path, source=claimed["source"], name=claimed["name"], because=because))
        try:
            return asdict(ingest_file(home, path=path, source=claimed["source"], name=claimed["name"]))
        except Growing:
            return_to_landing(home, path, source=claimed["source"], name=claimed["name"])
            return {}


@contextmanager
def _held(path):
    "A lock that ends with the process, so that a file claimed by a dead run is free"
    try:
        file = path.open("rb")
    except (FileNotFoundError, PermissionError):  # had by another; not to be read: the doctor tells
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield path.exists()

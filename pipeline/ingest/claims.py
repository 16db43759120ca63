"""Claims: every complete delivery is claimed by one rename, and is ingested once, even if several
processes try."""

import fcntl
import logging
import secrets
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain

from pipeline.core import (
    Failure,
    Growing,
    OutOfMemory,
    StorageError,
    printable,
    safe_name,
    settings,
    sha256_of,
)
from pipeline.ingest import attempts
from pipeline.ingest.apart import ingest_apart
from pipeline.ingest.ingest import ingest_file, put_into_quarantine
from pipeline.landing import (
    READY,
    Promise,
    Watch,
    claim,
    is_control_file,
    is_ours_alone,
    is_sha256,
    list_files,
    mark_complete,
    prune_landing,
    put_copy_in_place,
    read_promises,
    return_to_landing,
    source_and_name,
)
from pipeline.observability import observe_ingest
from pipeline.profiles import read_profile

LOG = logging.getLogger(__name__)
KILLED = "each process that read it was killed, or the machine stopped"
NO_FILE = "0" * 64  # a SHA-256 that no file has
FILES = 400  # of a batch: each is held open meanwhile, perhaps with a copy
SMALL = 1_000_000  # bytes of a file that is read with others
TOGETHER = 32_000_000  # bytes of a batch
UNPACKED = 20  # times: as what a compressed file counts; text of hospitals shrinks 5 to 30 times


@dataclass(frozen=True)
class Delivery:
    """A complete file in `landing/`. path: below landing. kind: as its profile has it. promise:
    what a manifest says of it. size: in bytes."""

    source: str
    name: str
    kind: str | None
    path: str
    size: int
    promise: Promise | None = None
    is_new = True


@dataclass(frozen=True)
class ClaimedFile:
    """A file in `claimed/`. path: below the home. name: as delivered. kind: as its profile has it,
    None where no pattern fits. size: in bytes. is_new: no attempt at it was begun."""

    source: str
    path: str
    name: str
    kind: str | None
    size: int
    is_new: bool = True


def waiting(home, watch):
    """The complete deliveries in `landing/` that a profile takes, as Delivery, and how many files
    are still growing."""
    complete, growing = watch.look(home.landing)
    kind_of = _kinds(home)
    deliveries = []
    for path, promise in complete.items():
        if (delivered := source_and_name(path)) and (kind := kind_of(*delivered)) not in (
            "ignored",
            "unknown",
        ):
            size = _size(home.landing / path)
            found = Delivery(*delivered, kind=kind, path=path, size=size, promise=promise)
            deliveries.append(found)
    # of files that wait together the names are the only order: those of days, of numbers
    return sorted(deliveries, key=lambda found: (found.source, found.name)), len(growing)


def _kinds(home):
    """A function from source and name to the kind of a file, which reads each profile once;
    `unknown` where the profile is missing"""
    profiles = {}

    def kind_of(source, name):
        if source not in profiles:
            profiles[source] = _profile_or_none(home, source)
        return profiles[source].kind_of_file(name) if profiles[source] else "unknown"

    return kind_of


def _size(path):
    with suppress(OSError):  # it is gone, or lies in a folder of another account
        return path.lstat().st_size
    return 0


def _profile_or_none(home, source):
    try:
        return read_profile(source, home)
    except Failure as failure:
        # those of other sources go in
        LOG.warning("Files in landing/%s wait: %s", printable(source), printable(str(failure)))
        return None


def batches(files):
    """ClaimedFiles, or Deliveries, as lists of those that are read together, in their order; a
    large file, and one at which an attempt was begun before, is a list of its own."""
    found, filling = [], {}
    for file in files:
        batch = filling.get((file.source, file.kind), [])
        is_small = _bytes_read(file) <= SMALL and file.kind is not None and file.is_new
        if is_small and batch and _has_room(batch, file):
            batch.append(file)
            continue
        found.append([file])
        filling[file.source, file.kind] = found[-1] if is_small else []
    return found


def _has_room(batch, file):
    return len(batch) < FILES and sum(map(_bytes_read, [*batch, file])) <= TOGETHER


def _bytes_read(file):
    is_compressed = file.name.lower().endswith((".gz", ".zip"))
    return file.size * UNPACKED if is_compressed else file.size


def claim_waiting(home, watch=None, at_most=None):
    """Claim every complete file; returns the ClaimedFiles, those first that a killed process left
    claimed.

    at_most: no more than so many batches of them; the others wait for the next time (Airflow maps
    at most 1,024 tasks). Files that are still growing get the time to settle, once. Reference files
    (such as codes.parquet) are ingested here, so that they are there before any file that needs
    them.
    """
    watch = watch or Watch()
    deliveries, growing = waiting(home, watch)
    if growing and watch.settle:
        time.sleep(watch.settle)
        deliveries, _ = waiting(home, watch)
    mark_complete(home, {delivery.promise.manifest for delivery in deliveries if delivery.promise})
    taken = chain.from_iterable(batches([*_left_claimed(home), *deliveries])[:at_most])
    claimed = [_claim(home, one) if isinstance(one, Delivery) else one for one in taken]
    remove_served_control_files(home.landing)
    return _without_references(home, [file for file in claimed if file])


def claim_batches(home, at_most):
    """The ClaimedFiles of `claim_waiting`, as lists of those that are read together."""
    return batches(claim_waiting(home, at_most=at_most))


def _left_claimed(home):
    "What was claimed and not yet ingested, by an earlier call or by a process that was killed"
    kind_of, claimed = _kinds(home), []
    for file in list_files(home.claimed):
        delivered = source_and_name(file.name)
        if delivered and (kind := kind_of(*delivered)) != "unknown":
            source, name = delivered
            path = home.claimed / file.name
            named = (source, path.relative_to(home.root).as_posix(), safe_name(name), kind)
            is_new = attempts.is_new(home, path)
            claimed.append(ClaimedFile(*named, size=_size(path), is_new=is_new))
    return claimed


def _claim(home, delivery):
    """Into a folder of its own, whose name keeps the promised SHA-256, so that a killed process
    forgets no promise"""
    own = secrets.token_hex(32)
    if delivery.promise:
        promised = delivery.promise.sha256
        own = f"{promised if is_sha256(promised) else NO_FILE}-{secrets.token_hex(8)}"
    name = safe_name(delivery.name)
    path = claim(home, home.landing / delivery.path, as_name=f"{delivery.source}/{own}/{name}")
    if path is None:
        return None
    below = path.relative_to(home.root).as_posix()
    return ClaimedFile(delivery.source, below, name, delivery.kind, delivery.size)


def promised_sha256(path, home):
    "The SHA-256 that a manifest promised of a claimed file, or None"
    promised, _, has_promise = path.relative_to(home.claimed).parts[1].partition("-")
    return promised if has_promise else None


def _is_as_promised(path, home):
    "Whether a claimed file is what its manifest promised, if one did"
    promised = promised_sha256(path, home)
    try:
        return promised is None or sha256_of(path) == promised
    except FileNotFoundError:  # another process took it meanwhile
        return True


def remove_served_control_files(landing):
    """Remove markers without a file beside or below them, and manifests that were kept and whose
    files are gone."""
    for name in [
        file.name
        for file in list_files(landing, unread=lambda _: None)
        if is_control_file(file.name)
    ]:
        path = landing / name
        if _has_served(path) if path.name == READY else _was_kept(landing, name):
            with suppress(PermissionError):  # in a folder of another account
                path.unlink(missing_ok=True)
            prune_landing(landing, path)


def _has_served(marker):
    return not any(
        other.is_file() and not is_control_file(other.name) for other in marker.parent.rglob("*")
    )


def _was_kept(landing, name):
    promises = read_promises(landing, name)
    return bool(promises) and all(
        promise.is_kept and not (landing / file).exists() for file, promise in promises.items()
    )


def _without_references(home, claimed):
    references = [
        file
        for file in claimed
        if file.kind == "reference" and _is_as_promised(home.root / file.path, home)
    ]
    for file in references:
        ingest_claimed(home, file)
    return [file for file in claimed if file not in references]


@observe_ingest
def ingest_claimed(home, claimed):
    """Ingest one ClaimedFile in a child process; returns its Account. None: another process holds
    or took it, or it is still growing.

    A file on which this fails, or is killed, is tried again; at last it is moved to quarantine/, as
    a refused one. Attempts of earlier processes count. Raises the Failure of anything but the file.
    """
    path, why = home.root / claimed.path, KILLED
    for _ in range(attempts.count(home, path), settings().file_attempts):
        ended = ingest_apart(home, claimed)
        if ended.failed is None:
            return ended.account
        why = ended.failed
        if ended.is_final or not path.exists():
            break
        if not attempts.count(home, path):  # its rows were judged: they are stored the next time
            raise StorageError(f"The rows of {claimed.name} cannot be stored: {why}.")
    with held(path) as is_ours:
        if not is_ours:
            if not path.exists():
                LOG.warning("%s was removed from claimed/ while it was read", claimed.name)
            return None
        account = put_into_quarantine(home, path, claimed.source, claimed.name, why)
        attempts.forget(home, path)
        return account


def ingest_held(home, claimed, *, before=lambda step: None):
    """Ingest one ClaimedFile in this process, once; returns its Account or None, as
    `ingest_claimed`.

    The attempt is counted before the file is read, and no longer once its rows are stored: then it
    is sound. before: as of `ingest_file`.
    """
    path = home.root / claimed.path
    with held(path) as is_ours:
        if not is_ours:
            return None
        try:
            account = _attempt(home, path, claimed, before)
        except OutOfMemory:
            raise
        except Failure:
            attempts.forget(home, path)  # of the installation, not of the file
            raise
        attempts.forget(home, path)
        return account


def _attempt(home, path, claimed, before):
    def counted(step):
        (attempts.note if step == "read" else attempts.forget)(home, path)
        before(step)

    named = {"source": claimed.source, "name": claimed.name}
    try:
        promised = promised_sha256(path, home)
        return ingest_file(home, path=path, promised=promised, before=counted, **named)
    except Growing:
        return_to_landing(home, path, **named)
        return None


@contextmanager
def held(path):
    """Whether this process holds the file now; the lock ends with the process, so that a file
    claimed by a killed one is free. What is held is out of its sender's reach: a file that the
    sender may keep under a second name, or has open, is replaced by a copy."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (FileNotFoundError, BlockingIOError):  # another process took it, or holds it
            yield False
            return
        except OSError as error:  # it stays where it is, and the others go in
            LOG.warning("%s cannot be read and stays claimed: %s", path.name, error.strerror)
            yield False
            return
        is_there = path.exists()
        if is_there and not is_ours_alone(file):
            stack.enter_context(put_copy_in_place(path, file))
        yield is_there

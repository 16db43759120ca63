"""Batches: many small files of one source and kind are read in one pass, each with its own account.

What goes wrong with several files is settled with one: a batch that fails is taken apart.
"""

from contextlib import ExitStack

from pipeline.core import Failure, Growing, OutOfMemory, Refused
from pipeline.ingest import attempts
from pipeline.ingest.apart import ingest_batch_apart
from pipeline.ingest.claims import batches, held, ingest_claimed, promised_sha256
from pipeline.ingest.ingest import Arrived, ingest_batch
from pipeline.observability import observe_batch


def ingest_all(home, claimed):
    """Ingest ClaimedFiles in batches; yields the Account of each, as `ingest_claimed_batch`."""
    for batch in batches(claimed):
        yield from ingest_claimed_batch(home, batch)


def ingest_claimed_batch(home, claimed):
    """Ingest ClaimedFiles of a batch; yields the Account of each, as `ingest_claimed` returns it,
    but for those that another process has. Raises as that.

    Where an attempt at one of them was begun before, and whatever ended it, each is ingested alone.
    """
    waiting = [file for file in claimed if (home.root / file.path).exists()]
    if all(attempts.is_new(home, home.root / file.path) for file in waiting):
        yield from _in_parts(home, waiting)
    else:
        for file in waiting:
            yield from _in_parts(home, [file])


def _in_parts(home, waiting):
    """Together; where that fails, half of them at a time, and where a file ends the batch, no more
    than there were before it, until so many go in again: a file is not read for each before it"""
    most = len(waiting)
    while waiting:
        batch = waiting[:most]
        accounts = _together(home, batch) if len(batch) > 1 else [None]
        if accounts is None:
            half = len(batch) // 2
            yield from _in_parts(home, batch[:half])
            waiting = waiting[half:]
            continue
        accounts = accounts or [None]
        for file, account in zip(batch, accounts, strict=False):
            if account := account or ingest_claimed(home, file):
                yield account
        waiting = waiting[len(accounts) :]
        most = len(accounts) * (2 if len(accounts) == len(batch) else 1)


@observe_batch
def _together(home, claimed):
    """The Accounts of the files up to the last that could be read with those before it, None for
    what is to be ingested alone; None where together they failed"""
    return ingest_batch_apart(home, claimed)


def ingest_held_batch(home, claimed, *, before=lambda step: None):
    """Ingest ClaimedFiles together in this process, once; returns what `ingest_batch` does, and
    None where another process holds one of them, one still grows, or one fails them all.

    The attempt is recorded before they are read, and forgotten once their rows are judged.
    """
    paths = [home.root / file.path for file in claimed]
    arrived = [
        Arrived(path, file.name, promised_sha256(path, home))
        for path, file in zip(paths, claimed, strict=True)
    ]

    def recorded(step):
        (attempts.note_batch if step == "read" else attempts.forget_batch)(home, paths)
        before(step)

    with ExitStack() as stack:
        if not all(stack.enter_context(held(path)) for path in paths):
            return None
        try:
            accounts = ingest_batch(home, claimed[0].source, arrived, before=recorded)
        except (OutOfMemory, Growing, Refused):
            return None
        except Failure:
            attempts.forget_batch(home, paths)  # of the installation, not of a file
            raise
        attempts.forget_batch(home, paths)
        return accounts

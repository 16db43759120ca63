"""Looking after the lake: replaying the archive."""

import os
import shutil

from pipeline.core import InvalidProtocol, LakeUnavailable, UsageError, alone
from pipeline.ingest.ingest import ingest_file
from pipeline.lake import query, swap
from pipeline.landing import stored_path


def reingest(home, progress=lambda account: None):
    """Replay every archived file into a new lake beside the old one, then put it in its place; returns the accounts.

    What the files mean is decided anew by today's profiles, codes and units. A crash leaves the old lake as it was: whoever opens it
    next puts it back. What is delivered meanwhile waits.
    """
    with alone(home, "screen"), alone(home, "ingest"):
        return _reingest(home, progress)


def _reingest(home, progress):
    beside = home.__class__(home.root / "reingest")
    if beside.root.exists():
        shutil.rmtree(beside.root)
    delivered = query(home, "select source, sha256, file, received_at from lake.delivery where refused is null order by received_at, file")
    if not delivered:
        raise UsageError(f"The archive of {home.root} holds no delivery. Nothing to replay.")
    for folder in ("archive", "reference", "sources"):
        if (home.root / folder).is_dir():
            shutil.copytree(home.root / folder, beside.root / folder, copy_function=_link)
    accounts = []
    for one in delivered:
        accounts.append(_replayed(beside, **one))
        progress(accounts[-1])
    _refuse_loss(accounts)
    swap(home, beside.lake)
    shutil.rmtree(beside.root)
    return accounts


def _replayed(beside, *, source, sha256, file, received_at):
    "Under the hash as delivered: a patient may have been erased from the file since"
    path = stored_path(beside, source=source, sha256=sha256, name=file, folder="archive")
    if not path.exists():
        raise LakeUnavailable(f"{file} is not in the archive, and the lake stays as it was. Restore the archive from a backup: b12 restore")
    return ingest_file(beside, path=path, source=source, name=file, received_at=received_at, sha256=sha256)


def _refuse_loss(accounts):
    "A file that went in once must not vanish because its profile is broken today"
    if refused := [account for account in accounts if account.refused]:
        raise InvalidProtocol(
            f"{len(refused)} files that were accepted before are refused now, {refused[0].file} for one: {refused[0].refused}. "
            f"The lake stays as it was; mend the profile {refused[0].source} and replay again."
        )


def _link(source, target):
    "A second name for an archived file: nothing ever writes into one"
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)

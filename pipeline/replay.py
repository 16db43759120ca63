"""Looking after the lake: replaying the archive."""

import os
import shutil

from pipeline.errors import InvalidProtocol, UsageError
from pipeline.ingest import ingest_file
from pipeline.locks import alone
from pipeline.query import query


def reingest(home, progress=lambda account: None):
    """Replay every archived file into a new lake beside the old one, then put it in its place; returns the accounts.

    What the files mean is decided anew by today's profiles, codes and units. A crash leaves the old lake as it was. What is
    delivered meanwhile waits.
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
        found = next((beside.archive / one["source"]).glob(f"{one['sha256']}*"))
        accounts.append(ingest_file(beside, path=found, source=one["source"], name=one["file"], received_at=one["received_at"]))
        progress(accounts[-1])
    _refuse_loss(accounts)
    old = home.root / "lake.old"
    shutil.rmtree(old, ignore_errors=True)
    home.lake.replace(old)
    beside.lake.replace(home.lake)
    shutil.rmtree(old)
    shutil.rmtree(beside.root)
    return accounts


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

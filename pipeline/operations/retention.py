"""Retention: how long runs, delivered and refused files, past versions of the lake and the audit
are kept."""

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta

from pipeline import lake, worklist
from pipeline.core import counted, exclusive_lock, settings
from pipeline.landing import archived_files, expire
from pipeline.runs import REMOVED, manifests


def apply_retention(home, now=None, *, who="retention"):
    """Remove what is older than the settings say; returns how many `{"runs", "refused",
    "lake_files", "audit", "archive"}` went. who: the account that asked for it.

    Never the run that `latest` names, nor the one that the worklist follows, nor one that waits for
    a steward. Raises UsageError.
    """
    now = now or datetime.now(UTC)
    kept = settings()
    with exclusive_lock(home, "backup"), exclusive_lock(home, "screen"):
        return {
            "runs": _runs(home, _before(now, kept.keep_runs_days)),
            "refused": _refused(home, _before(now, kept.keep_refused_days)),
            "lake_files": _lake_files(home, kept.keep_lake_versions_days),
            "audit": _audit(home, _before(now, kept.keep_audit_days), who),
            "archive": _archive(home, _before(now, kept.keep_archive_days)),
        }


def described_retention():
    """How long each is kept, as the settings are now: name -> for people."""
    kept = settings()
    days = {
        "runs": kept.keep_runs_days,
        "delivered files": kept.keep_archive_days,
        "refused files": kept.keep_refused_days,
        "past versions of the lake": kept.keep_lake_versions_days,
        "audit": kept.keep_audit_days,
    }
    return {
        name: "for ever" if number is None else counted(number, "day")
        for name, number in days.items()
    }


def _before(now, days):
    return None if days is None else now - timedelta(days=days)


def _runs(home, before):
    for left in home.runs.glob(f"{REMOVED}*"):
        shutil.rmtree(left)
    if before is None:
        return 0
    store = worklist.open_store(home)
    kept = {
        (worklist.followed_run(store) or {}).get("run_id"),
        (home.runs / "latest").resolve().name,
    }
    store.close()
    old = [run.run_id for run in manifests(home, published_only=False) if run.started < before]
    old = [run_id for run_id in old if run_id not in kept]
    for run_id in old:
        gone = home.runs / f"{REMOVED}{run_id}"
        (home.runs / run_id).replace(gone)  # a partly removed folder must not count as a run
        shutil.rmtree(gone)
    return len(old)


def _lake_files(home, days):
    with exclusive_lock(home, "ingest"):
        return sum(lake.vacuum(home, keep_hours=24 * days).values())


def _audit(home, before, who):
    with closing(worklist.open_store(home)) as store:
        return worklist.remove_before(store, before, actor=worklist.Actor(who, "admin"))


def _refused(home, before):
    "By when it was put there: a file's own time is its sender's"
    if before is None:
        return 0
    old = [
        path
        for folder in (home.refused, home.quarantine)
        for path in folder.rglob("*")
        if path.is_file() and path.lstat().st_ctime < before.timestamp()
    ]
    for path in old:
        path.unlink()
    return len(old)


def _archive(home, before):
    """Delivered files, by when they were received. Their rows stay in the lake; of the words that
    were counted in them it could not be said any more whose they are, so they go, too"""
    if before is None:
        return 0
    lake.check_form(home)
    with exclusive_lock(home, "ingest"):
        old = [
            (row["source"], row["sha256"])
            for row in lake.query(home, _RECEIVED, [before], only=())
            if archived_files(home.archive / row["source"], row["sha256"])
        ]
        for source, sha256 in old:
            lake.replace_rows(home, "unmapped_code", sha256, [])
            expire(home.archive / source, sha256, f"received before {before:%Y-%m-%d}")
    return len(old)


_RECEIVED = """
    select source, sha256 from lake.delivery where refused is null
    group by source, sha256 having max(received_at) < $1 order by all
"""

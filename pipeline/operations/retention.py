"""Retention: how long runs, refused files and past versions of the lake are kept."""

import os
import shutil
from datetime import UTC, datetime, timedelta

from pipeline import lake, worklist
from pipeline.core import UsageError, alone
from pipeline.runs import manifests

LONGEST = 36_500  # days
GONE = ".gone-"


def days_of(setting):
    """Days to keep something, from the environment; None: for ever. Raises UsageError."""
    given = os.environ.get(setting) or DEFAULTS[setting]
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= LONGEST:
        raise UsageError(
            f"${setting} is {given}: write it as a whole number of days, 1 or more; leave it out to keep them {KEPT[setting]}."
        )
    return int(given)


DEFAULTS = {"B12_KEEP_RUNS_DAYS": None, "B12_KEEP_REFUSED_DAYS": None, "B12_KEEP_LAKE_VERSIONS_DAYS": "30"}
KEPT = {"B12_KEEP_RUNS_DAYS": "for ever", "B12_KEEP_REFUSED_DAYS": "for ever", "B12_KEEP_LAKE_VERSIONS_DAYS": "30 days"}


def tidy(home, now=None):
    """Remove what is older than the settings say; returns how many `{"runs", "refused", "lake_files"}` went.

    Never the run that `latest` names, nor the one that the worklist follows, nor one that waits for a steward. Raises UsageError.
    """
    now = now or datetime.now(UTC)
    days = {setting: days_of(setting) for setting in DEFAULTS}
    with alone(home, "backup"), alone(home, "screen"):
        return {
            "runs": _runs(home, _before(now, days["B12_KEEP_RUNS_DAYS"])),
            "refused": _refused(home, _before(now, days["B12_KEEP_REFUSED_DAYS"])),
            "lake_files": sum(lake.vacuum(home, keep_hours=24 * days["B12_KEEP_LAKE_VERSIONS_DAYS"]).values()),
        }


def _before(now, days):
    return None if days is None else now - timedelta(days=days)


def _runs(home, before):
    for left in home.runs.glob(f"{GONE}*"):
        shutil.rmtree(left)
    if before is None:
        return 0
    store = worklist.open_store(home)
    kept = {(worklist.followed_run(store) or {}).get("run_id"), (home.runs / "latest").resolve().name}
    store.close()
    old = [one["run_id"] for one in manifests(home, published_only=False) if datetime.fromisoformat(one["started"]) < before]
    old = [run_id for run_id in old if run_id not in kept]
    for run_id in old:
        gone = home.runs / f"{GONE}{run_id}"
        (home.runs / run_id).replace(gone)  # a half-removed folder is no run
        shutil.rmtree(gone)
    return len(old)


def _refused(home, before):
    "By when it was put there: a file's own time is its sender's"
    if before is None:
        return 0
    old = [path for path in home.refused.rglob("*") if path.is_file() and path.lstat().st_ctime < before.timestamp()]
    for path in old:
        path.unlink()
    return len(old)

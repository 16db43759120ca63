"""A night planned ahead of its publication: its folder waits in `work/`, so that other processes,
on other machines that share the home, can screen its buckets.

An erasure removes the folder, since the patient's rows are in it; the night is then planned anew.
"""

import shutil
from hashlib import sha256

from pipeline import lake
from pipeline.core import LakeUnavailable, exclusive_lock, shared_lock
from pipeline.runs import manifests
from pipeline.screening.bucket import patients_of, screen_bucket
from pipeline.screening.night import NOTE, read_night
from pipeline.screening.scratch import AHEAD, remove_abandoned
from pipeline.screening.screen import plan_night


def folder_of(home, asked_by):
    """The folder of the night that was asked for under this key."""
    return home.work / f"{AHEAD}{sha256(asked_by.encode()).hexdigest()[:16]}"


def night_in(folder, plan):
    """The Night of a folder, where there is one and it is that of a RunPlan; else None."""
    try:
        night = read_night(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return night if night.is_of(plan) else None


def plan_ahead(home, plan):
    """Plan the night of a RunPlan; returns the numbers of its buckets: none where there is only
    one, as the process that publishes screens it. A night that was planned from the newest versions
    of the lake stays as it is."""
    remove_abandoned(home)
    folder = folder_of(home, plan.asked_by)
    with shared_lock(home, "buckets"), exclusive_lock(home, "screen"):
        night = night_in(folder, plan)
        if night and night.versions == lake.newest_versions(home):
            return _numbers(night)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        night = plan_night(home, folder, plan, published=manifests(home))
        if not night.edges:
            shutil.rmtree(folder, ignore_errors=True)
    return _numbers(night)


def screen_ahead(home, plan, number):
    """Screen one bucket of a night that was planned ahead; returns how many patients it has. None:
    the night is gone, or was of another protocol, and is planned anew when it is published."""
    folder = folder_of(home, plan.asked_by)
    with shared_lock(home, "buckets"):
        night = night_in(folder, plan)
        if not night or number not in night.buckets:
            return None
        try:
            screen_bucket(home, folder, night, number, plan=plan)
            return patients_of(folder, night, number)
        except (LakeUnavailable, FileNotFoundError):
            if (folder / NOTE).exists():
                raise
            return None


def _numbers(night):
    return list(night.buckets) if night.edges else []

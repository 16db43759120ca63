"""A night that is planned ahead, so that other processes, on other machines that share the home,
screen its buckets; what asked for the night publishes it.

Its folder stays while the tasks of the night run. An erasure removes it: the rows of the patient
are in it, and the night is planned anew.
"""

import shutil
import time
from hashlib import sha256

from pipeline.core import LakeUnavailable, exclusive_lock
from pipeline.runs import manifests
from pipeline.screening.bucket import parts_of, screen_bucket
from pipeline.screening.night import NOTE, read_night
from pipeline.screening.screen import plan_night

ABANDONED = 2 * 24 * 3600  # seconds after which the folder of a night is one that nobody publishes


def folder_of(home, asked_by):
    """The folder of the night that was asked for under this key."""
    return home.work / f"night-{sha256(asked_by.encode()).hexdigest()[:16]}"


def plan_ahead(home, plan):
    """Plan the night of a RunPlan; returns the numbers of its buckets, none where there is one,
    which whoever publishes screens as well. A night that is planned already stays as it is."""
    _remove_abandoned(home)
    folder = folder_of(home, plan.asked_by)
    if (folder / NOTE).exists() and read_night(folder).is_of(plan):
        return _numbers(read_night(folder))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    with exclusive_lock(home, "screen"):
        night = plan_night(home, folder, plan, published=manifests(home))
    if not night.edges:
        shutil.rmtree(folder)
    return _numbers(night)


def screen_ahead(home, plan, number):
    """Screen one bucket of a night that was planned ahead; returns whether its parts are there. Not
    where the night is gone or was of another protocol: then it is planned anew when it is
    published."""
    folder = folder_of(home, plan.asked_by)
    try:
        night = read_night(folder)
    except FileNotFoundError:
        return False
    if not night.is_of(plan):
        return False
    try:
        screen_bucket(home, folder, night, number, pack=plan.pack)
    except (LakeUnavailable, FileNotFoundError):
        if folder.exists():
            raise
    return parts_of(folder, number).exists()


def _numbers(night):
    return list(night.buckets) if night.edges else []


def _remove_abandoned(home):
    for folder in home.work.glob("night-*"):
        if folder.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(folder, ignore_errors=True)

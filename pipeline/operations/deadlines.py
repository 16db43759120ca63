"""Deadlines: which of the things that an operator expects are overdue."""

import os
import shutil
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import lake
from pipeline.core import counted, zone
from pipeline.engine import connect, storage_errors
from pipeline.operations.deadlines_file import read_deadlines
from pipeline.operations.refusals import in_quarantine
from pipeline.runs import listed_folders, read_manifest


@dataclass(frozen=True)
class Alert:
    """Something that is overdue. key: what stays the same while it lasts. says: for people, counts
    only."""

    key: str
    says: str


def overdue(home, now):
    """The Alerts of a home at an instant (UTC). Raises InvalidProtocol, LakeUnavailable."""
    deadlines = read_deadlines(home)
    alerts = [
        _worklist(home, deadlines.worklist_by, now),
        _waiting(home.landing, deadlines.waiting_hours, now),
        _waiting(home.spool, deadlines.waiting_hours, now),
        _capacity(home, deadlines.free_percent),
    ]
    alerts += [*_deliveries(home, deadlines.deliveries, now), *_quarantined(home)]
    return [alert for alert in alerts if alert]


def _quarantined(home):
    "A file's own key, so that each is told of"
    for file in in_quarantine(home):
        says = f"{file.file} of {file.source}: {file.reason}. Type: b12 refused"
        yield Alert(f"quarantine {file.sha256[:12]}", says)


def due_day(by, now):
    """The local day whose worklist had to be there by the last time that the clocks showed `by`."""
    today = now.astimezone(zone()).date()
    return today if now >= datetime.combine(today, by, tzinfo=zone()) else today - timedelta(days=1)


def _worklist(home, by, now):
    if by is None:
        return None
    due, today = due_day(by, now), now.astimezone(zone()).date()
    if any(due <= day <= today for day in _published_days(home, since=due - timedelta(days=1))):
        return None
    return Alert("worklist", f"No worklist of {due} was published by {by:%H:%M} ({zone().key})")


def _published_days(home, since):
    """The as-of dates of the runs published since a day (UTC); a run's name says when it started,
    so older ones are not opened"""
    for folder in listed_folders(home):
        if folder.name >= f"{since:%Y%m%d}":
            manifest = read_manifest(folder)
            if manifest.published:
                yield manifest.as_of


def _deliveries(home, expected, now):
    if not expected:
        return
    with closing(connect()) as con, storage_errors(home):
        lake.attach(con, home, only=("lab_result",))
        for delivery in expected:
            if not _came(
                con, delivery.source, delivery.lab, since=now - timedelta(hours=delivery.hours)
            ):
                named = (
                    f"{delivery.source}, laboratory {delivery.lab}"
                    if delivery.lab
                    else delivery.source
                )
                yield Alert(
                    f"delivery {delivery.source}{f' {delivery.lab}' if delivery.lab else ''}",
                    f"No delivery from {named} for {_hours(delivery.hours)}",
                )


def _came(con, source, lab, since):
    from_lab = (
        " and exists (from lake.lab_result where sha256 = delivery.sha256 and performing_lab = $3)"
        if lab
        else ""
    )
    return con.execute(
        "select count(*) from lake.delivery as delivery where refused is null and source = $1 and"
        f" received_at > $2{from_lab}",
        [source, since, *([lab] if lab else [])],
    ).fetchone()[0]


def _waiting(folder, hours, now):
    "By when a file was put there, not by the day that its sender names"
    if hours is None or not folder.is_dir():
        return None
    ages = [now.timestamp() - at for at in _put_there(folder)]
    late = [age / 3600 for age in ages if age > hours * 3600]
    return (
        Alert(
            "waiting" if folder.name == "landing" else f"waiting {folder.name}",
            f"{counted(len(late), 'file has', 'files have')} lain in {folder.name}/ for over"
            f" {_hours(hours)}",
        )
        if late
        else None
    )


def _capacity(home, percent):
    "While a disk is filling up there is time to make room; a full one stops every night"
    disk = shutil.disk_usage(home.root) if home.root.is_dir() else None
    if disk is None or disk.free >= disk.total * percent / 100:
        return None
    return Alert(
        "disk", f"Less than {percent:g} % of the home's disk is free: {disk.free / 1e9:,.1f} GB"
    )


def _hours(number):
    return "1 hour" if number == 1 else f"{number:g} hours"


def _put_there(folder):
    "When each file was; a folder that cannot be read counts as one"
    found = []
    for root, _, names in os.walk(folder, onerror=lambda error: found.append(Path(error.filename))):
        found.extend(Path(root) / name for name in names)
    for path in found:
        with suppress(FileNotFoundError):  # claimed just now
            yield path.lstat().st_ctime

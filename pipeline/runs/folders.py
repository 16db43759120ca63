"""The run folders: all runs, their outcomes, and the latest one.

A run is *published*; or its gate *closed* it; or it is *held* until a steward decides, out of
sight, and then published, *discarded*, or *superseded* by a newer one; or it is a *replay* of a
past run, which publishes nothing.
"""

import os
import shutil
from datetime import UTC, datetime, timedelta

from pipeline.core import UsageError, replacing
from pipeline.runs.manifest import read_manifest

HELD = ".held-"
BUILDING = ".building-"
REMOVED = ".gone-"
OF_PUBLISHED_RUNS = (
    "assessment.parquet", "worklist.parquet", "worklist.csv", "patient_site.parquet",
    "listed_patient.parquet", "follow_up.parquet", "explanation.parquet", "summary.json",
    "site_summary.json", "shadows.json",
)  # fmt: skip
PATIENTS_READ_TOGETHER = (
    2_048  # of explanation.parquet, so that a page reads little; DuckDB's least
)


def start_of_run(home):
    """When a run starts: now or, where the clock stepped back, just after the newest run, so that
    the runs keep their order."""
    newest, now = newest_folder(home), datetime.now(UTC)
    last = _started(newest.name) if newest else None
    return max(now, last + timedelta(seconds=1)) if last else now


def newest_folder(home):
    """The folder of the run that started last, published or not, by the folders' names; None
    without a run."""
    started = {
        path.parent: at
        for path in home.runs.glob("*/manifest.json")
        if (at := _started(path.parent.name))
    }
    return max(started, key=started.__getitem__, default=None)


def _started(name):
    "The second in which a run started, as its folder's name says it; None for what is not a run"
    try:
        return datetime.strptime(name.removeprefix(HELD).split("-")[0], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def new_run_id(started):
    """The name of a run: when it started, and a random number."""
    return f"{started:%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"


def listed_folders(home):
    """The folders of all runs that are not held, in no order; `latest` left out."""
    for path in home.runs.glob("[!.]*/manifest.json"):
        if not path.parent.is_symlink():
            yield path.parent


def manifests(home, *, published_only=True):
    """The manifests of the runs, newest first: of the published ones, or of all that are not held.
    Raises StorageError."""
    read = map(read_manifest, listed_folders(home))
    return _newest_first(manifest for manifest in read if manifest.published or not published_only)


def held_manifests(home):
    """The manifests of the runs that wait for a steward's decision, newest first. Raises
    StorageError."""
    return _newest_first(
        read_manifest(path.parent) for path in home.runs.glob(f"{HELD}*/manifest.json")
    )


def _newest_first(found):
    return sorted(found, key=lambda manifest: manifest.started, reverse=True)


def latest_folder(home):
    """The folder of the last published run. Raises UsageError when there is none."""
    folder = home.runs / "latest"
    if not folder.exists():
        raise UsageError(
            f"No run has been published in {home.root}. Type: b12 run PATH --source PROFILE"
        )
    return folder


def complete_decision(home, manifest):
    """Move a held run to where its decision leads, from wherever a killed process left it; returns
    its manifest."""
    held, decided = home.runs / f"{HELD}{manifest.run_id}", home.runs / manifest.run_id
    for name in OF_PUBLISHED_RUNS if manifest.state != "published" else ():
        remove_table(held / name)
    if held.exists():
        held.replace(decided)
    if manifest.published:
        point_latest_to(home, manifest)
    return manifest


def remove_table(path):
    """Remove a table of a run, be it a file or a folder of parts."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def drop_explanations(home, *, before):
    """Remove what the runs before this one had prepared for the pages of patients: only those of
    the run that the worklist follows are read."""
    for folder in listed_folders(home):
        if folder.name < before:
            remove_table(folder / "explanation.parquet")


def parquet_files(folder, name):
    """The Parquet files of a table of a run, such as `assessment`, in order: one, those of a folder
    where it was written in parts, or none."""
    path = folder / f"{name}.parquet"
    if path.is_dir():
        return sorted(path.glob("*.parquet"))
    return [path] if path.exists() else []


def point_latest_to(home, manifest):
    """Let `latest` name this published run, unless it names a newer one or, for an unattended run,
    one of a later day.

    A run of a day that is still to come gives way to any.
    """
    link = home.runs / "latest"
    shown = read_manifest(link) if link.exists() else None
    if shown and _stays(shown, manifest):
        return
    with replacing(link, is_flushed=False) as part:
        part.symlink_to(manifest.run_id)


def _stays(shown, manifest):
    is_older = shown.started >= manifest.started or (
        manifest.is_unattended and shown.as_of > manifest.as_of
    )
    return is_older and (shown.is_past_or_near or not manifest.is_past_or_near)

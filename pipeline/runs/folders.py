"""The folders of the runs: which there are, what each of them is, and which is the latest.

A run is *published*; or its gate *closed* it; or it is *held* until a steward decides, out of everybody's sight, and then
published, *discarded*, or *superseded* by a newer one; or it is a *replay* of a past night, which publishes nothing.
"""

import json
import os
from datetime import UTC, datetime, timedelta

from pipeline.core import LakeUnavailable, clock

HELD = ".held-"
NOT_KEPT = ("assessment.parquet", "worklist.parquet", "worklist.csv", "patient_site.parquet", "summary.json")  # of a run not published


def start_of_run(home):
    """When a run starts: now or, where the clock stepped back, just after the newest run, so that the order of the runs holds."""
    newest = newest_folder(home)
    return max(datetime.now(UTC), _moment_of(newest.name) + timedelta(seconds=1)) if newest else datetime.now(UTC)


def newest_folder(home):
    """The folder of the run that started last, whatever became of it; by the names of the folders, which say when. None: no run."""
    found = [path.parent for path in home.runs.glob("*/manifest.json") if _moment_of(path.parent.name)]
    return max(found, key=lambda folder: _moment_of(folder.name), default=None)


def _moment_of(name):
    "The second in which a run started, as its folder's name says it; None for what is no run"
    try:
        return datetime.strptime(name.removeprefix(HELD).split("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def new_run_id(started):
    """The name of a run: when it started, and enough of a number to be its own."""
    return f"{started:%Y%m%dT%H%M%SZ}-{os.urandom(3).hex()}"


def manifests(home, *, published_only=True):
    """The manifests of the runs, newest first; of the published ones, or of all but the held."""
    found = [read_manifest(path.parent) for path in home.runs.glob("[!.]*/manifest.json") if not path.parent.is_symlink()]
    return _newest_first(one for one in found if one["published"] or not published_only)


def held_manifests(home):
    """The manifests of the runs that wait for a steward's decision, newest first."""
    return _newest_first(read_manifest(path.parent) for path in home.runs.glob(f"{HELD}*/manifest.json"))


def _newest_first(found):
    return sorted(found, key=lambda one: one["started"], reverse=True)


def read_manifest(folder):
    """The manifest of a run's folder. Raises LakeUnavailable where it is damaged."""
    try:
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except ValueError:
        raise LakeUnavailable(
            f"{folder}/manifest.json is damaged. Restore the folder from the backup, or move it away: the run is not seen then."
        ) from None


def state_of(manifest):
    """One of published, closed, held, discarded, superseded, replay."""
    return manifest.get("state") or ("published" if manifest["published"] else "closed")


def write_json(path, value):
    """Write JSON whole or not at all; returns the path."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=1, default=str) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(0o600)
    return beside.replace(path)


def complete_decision(home, manifest):
    """Bring a held run to where its decision leads, from wherever a killed process left it; returns its manifest."""
    folder, place = home.runs / f"{HELD}{manifest['run_id']}", home.runs / manifest["run_id"]
    for name in NOT_KEPT if manifest["state"] != "published" else ():
        (folder / name).unlink(missing_ok=True)
    if folder.exists():
        folder.replace(place)
    if manifest["published"]:
        show(home, manifest)
    return manifest


def is_not_future(manifest):
    """Whether a run is of a day that is there, or of tomorrow: whoever mistypes a year must not stand before every night until then."""
    return manifest["as_of"] <= str(clock.today() + timedelta(days=1))


def show(home, manifest):
    """Let `latest` name this published run, unless it names a newer one or, for a run that nobody asked for, one of a later day.

    One of a day that has not come gives way to any.
    """
    link = home.runs / "latest"
    shown = read_manifest(link) if link.exists() else None
    is_later = shown and (shown["started"] >= manifest["started"] or (manifest.get("is_unattended") and shown["as_of"] > manifest["as_of"]))
    if is_later and (is_not_future(shown) or not is_not_future(manifest)):
        return
    beside = home.runs / f".latest-{manifest['run_id']}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(manifest["run_id"])
    beside.replace(link)

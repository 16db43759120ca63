"""The folders of the runs: which there are, what each of them is, and which is the latest.

A run is *published*; or its gate *closed* it; or it is *held* until a steward decides, out of everybody's sight, and then
published, *discarded*, or *superseded* by a newer one; or it is a *replay* of a past night, which publishes nothing.
"""

import json
import os
from datetime import UTC, datetime, timedelta

HELD = ".held-"


def start_of_run(home):
    """When a run starts: now or, where the clock stepped back, just after the newest run, so that the order of the runs holds."""
    newest = max((one["started"] for one in [*held_manifests(home), *manifests(home, published_only=False)]), default=None)
    return max(datetime.now(UTC), datetime.fromisoformat(newest) + timedelta(seconds=1)) if newest else datetime.now(UTC)


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
    """The manifest of a run's folder."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


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


def show(home, manifest):
    """Let `latest` name this published run, unless it names a newer one."""
    link = home.runs / "latest"
    if link.exists() and read_manifest(link)["started"] >= manifest["started"]:
        return
    beside = home.runs / f".latest-{manifest['run_id']}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(manifest["run_id"])
    beside.replace(link)

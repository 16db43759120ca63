"Manifests of runs, as far as a test says what is in them"

import json
import shutil
from datetime import UTC, date, datetime

from pipeline.runs import Inputs, PackVersion, RowCounts, RunManifest

STARTED = datetime(2026, 1, 31, 1, tzinfo=UTC)


def manifest(
    run_id="run", *, as_of="2026-01-31", published=True, patients=100, listed=7, **changes
):
    "The RunManifest of a run that is over"
    values = {
        "run_id": run_id, "published": published, "state": "published" if published else "closed",
        "as_of": date.fromisoformat(str(as_of)), "started": STARTED, "finished": STARTED, "code_version": "0",
        "protocol": PackVersion(pack="praxis-2026", version="1.0.0"), "inputs": Inputs(tables={}),
        "rows": RowCounts(assessment=patients, worklist=listed),
    }  # fmt: skip
    return RunManifest(**values | changes)


def make_older(folder):
    """A run's folder as an earlier version left it: without its pack, and without word of a signature."""
    shutil.rmtree(folder / "protocol")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name in ("is_signed", "signed_by", "next_review", "is_review_overdue"):
        manifest["protocol"].pop(name, None)
    path.write_text(json.dumps(manifest))

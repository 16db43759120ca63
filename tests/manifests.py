"Manifests of runs, as far as a test says what is in them"

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

"""The folders of the runs and their manifests."""

from pipeline.runs.folders import (
    HELD,
    complete_decision,
    held_manifests,
    is_not_future,
    manifests,
    new_run_id,
    newest_folder,
    read_manifest,
    show,
    start_of_run,
    state_of,
    write_json,
)

__all__ = ["HELD", "complete_decision", "is_not_future", "held_manifests", "manifests", "new_run_id", "newest_folder", "read_manifest", "show", "start_of_run", "state_of", "write_json"]

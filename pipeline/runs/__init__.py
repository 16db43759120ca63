"""The folders of the runs and their manifests."""

from pipeline.runs.folders import (
    BUILDING,
    HELD,
    REMOVED,
    complete_decision,
    held_manifests,
    latest_folder,
    listed_folders,
    manifests,
    new_run_id,
    newest_folder,
    point_latest_to,
    start_of_run,
)
from pipeline.runs.manifest import (
    Approval,
    InputFile,
    Inputs,
    PackVersion,
    RowCounts,
    RunManifest,
    read_manifest,
    write_manifest,
)

__all__ = [
    "BUILDING",
    "HELD",
    "REMOVED",
    "Approval",
    "InputFile",
    "Inputs",
    "PackVersion",
    "RowCounts",
    "RunManifest",
    "complete_decision",
    "held_manifests",
    "latest_folder",
    "listed_folders",
    "manifests",
    "new_run_id",
    "newest_folder",
    "point_latest_to",
    "read_manifest",
    "start_of_run",
    "write_manifest",
]

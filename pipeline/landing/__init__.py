"""Files on their way in: arrival, copies, manifests, and the moves between the folders of a home."""

from pipeline.landing.arrival import Watch, is_partial, listed, source_and_name
from pipeline.landing.copy_in import copy_into_landing, land
from pipeline.landing.manifest import READY, is_control_file, mark_complete, read_promises
from pipeline.landing.moves import (
    archive_once,
    claim,
    is_sha256,
    latest_reference,
    move_to_folder,
    prune_landing,
    return_to_landing,
    sha256_of,
    stored_path,
)

__all__ = ["READY", "Watch", "move_to_folder", "copy_into_landing", "claim", "is_control_file", "is_partial", "is_sha256", "land", "latest_reference", "prune_landing", "listed", "mark_complete", "stored_path", "read_promises", "archive_once", "return_to_landing", "sha256_of", "source_and_name"]

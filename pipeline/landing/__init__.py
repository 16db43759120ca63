"""Incoming files: arrival, copies, manifests, spooled messages, moves between the folders of a
home."""

from pipeline.landing.archive import (
    archived_files,
    expire,
    is_as_archived,
    is_expired,
    is_rewritten,
    note_as_rewritten,
    rewriting,
    rewritten_files,
)
from pipeline.landing.arrival import Watch, is_partial, list_files, source_and_name
from pipeline.landing.copy_in import copy_into_landing, copy_to_landing
from pipeline.landing.manifest import READY, Promise, is_control_file, mark_complete, read_promises
from pipeline.landing.moves import (
    archive_once,
    claim,
    is_ours_alone,
    is_sha256,
    move_to_folder,
    prune_landing,
    put_copy_in_place,
    references_of,
    return_to_landing,
    stored_path,
)
from pipeline.landing.spool import land_spooled, new_name, spooled_files

__all__ = [
    "READY",
    "Promise",
    "Watch",
    "archive_once",
    "archived_files",
    "claim",
    "copy_into_landing",
    "copy_to_landing",
    "expire",
    "is_as_archived",
    "is_control_file",
    "is_expired",
    "is_ours_alone",
    "is_partial",
    "is_rewritten",
    "is_sha256",
    "land_spooled",
    "list_files",
    "mark_complete",
    "move_to_folder",
    "new_name",
    "note_as_rewritten",
    "prune_landing",
    "put_copy_in_place",
    "read_promises",
    "references_of",
    "return_to_landing",
    "rewriting",
    "rewritten_files",
    "source_and_name",
    "spooled_files",
    "stored_path",
]

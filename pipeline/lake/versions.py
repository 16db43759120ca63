"""Whether the lake can still be read as a run read it."""

from pathlib import Path

from pipeline.core import LakeUnavailable
from pipeline.lake.tables import open_table, path_of


def lake_id(home):
    """What tells this lake from one that was replayed into its place; None where there is none."""
    delta = open_table(home, "delivery")
    return str(delta.metadata().id) if delta else None


def lake_state(home, versions):
    """What a manifest says of the lake that a run read: the version of each table, and which lake it was."""
    return {"tables": versions, "lake": lake_id(home)}


def inputs_are_available(home, inputs):
    """Whether the lake can still be read as a run read it: not once it was vacuumed, replayed, or forgot a patient."""
    try:
        return inputs.get("lake", lake_id(home)) == lake_id(home) and all(
            Path(path_of(uri)).exists()
            for table, version in inputs["tables"].items() if version is not None
            for uri in _files_of(home, table, version)
        )  # fmt: skip
    except LakeUnavailable:
        return False


def _files_of(home, table, version):
    delta = open_table(home, table, version)
    return delta.file_uris() if delta else ["nowhere"]

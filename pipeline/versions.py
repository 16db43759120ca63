"""Whether the lake can still be read as a run read it."""

from pathlib import Path

from pipeline.errors import LakeUnavailable
from pipeline.lake import open_table, path_of


def are_held(home, versions):
    """Whether these versions of the tables can still be read: their files go when the lake is vacuumed, replayed, or forgets a patient."""
    try:
        return all(
            Path(path_of(uri)).exists()
            for table, version in versions.items() if version is not None
            for uri in _files_of(home, table, version)
        )  # fmt: skip
    except LakeUnavailable:
        return False


def _files_of(home, table, version):
    delta = open_table(home, table, version)
    return delta.file_uris() if delta else ["nowhere"]

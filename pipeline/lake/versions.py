"""Whether the data of a past run still exist in the lake."""

from hashlib import sha256

from pipeline.core import LakeUnavailable
from pipeline.lake.object_store import asked
from pipeline.lake.places import place_of, prefix_of
from pipeline.lake.schema import TABLES
from pipeline.lake.tables import file_paths, open_table


def lake_id(home):
    """The identity of this lake, which a replay changes; None if there is no lake."""
    delta = open_table(home, "delivery")
    return str(delta.metadata().id) if delta else None


def newest_versions(home):
    """The version of each table as it is now, None where there is none."""
    opened = {table: open_table(home, table) for table in TABLES}
    return {table: delta.version() if delta else None for table, delta in opened.items()}


def is_readable_as(home, inputs):
    """Whether the tables are there as a run read them: not after a vacuum, a replay or an erasure.

    inputs: the `Inputs` of the run's manifest.
    """
    try:
        return inputs.lake in (None, lake_id(home)) and all(
            _is_whole(home, table, version)
            for table, version in inputs.tables.items()
            if version is not None
        )
    except LakeUnavailable:
        return False


def _is_whole(home, table, version):
    delta = open_table(home, table, version)
    return delta is not None and not missing_files(home, delta)


def missing_files(home, delta):
    """How many of a table's files are gone."""
    place = place_of(home)
    return place.missing(home, file_paths(delta)) if place else 0


def state_of_logs(home):
    """A value that changes with every change of the lake."""
    if home.lake_url is None:
        logs = (path.stat().st_mtime_ns for path in home.lake.glob("*/_delta_log"))
        return max(logs, default=0)
    place = prefix_of(home)
    with asked(home) as files:
        # a commit is an object of its own
        return sha256("\n".join(files.find(place.url)).encode()).hexdigest() if place else 0

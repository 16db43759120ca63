"""What a night reads, fixed before its first bucket, and written into a folder that its buckets
share.

The folder holds `night.json`; who was merged into whom, as that is known of everyone together;
`apart/`, the rows that do not lie in the range of the patient they count for; and below
`parts-ID/`, with the name of the night, what each bucket found.
"""

import os
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from pipeline import __version__, lake
from pipeline.core import ENTITIES, read_json, write_json
from pipeline.engine import build, scan_of_parquet
from pipeline.screening.ranges import edges_of

NOTE = "night.json"
MERGES = ("clinical.said_merge", "clinical.merged_patient", "clinical.merge_circle")
MERGED, CIRCLES = "merged_patient.parquet", "merge_circle.parquet"
APART = (*ENTITIES, "published_patient")


class Night(BaseModel):
    """What the buckets of a night have in common.

    night_id: a random name. code_version: of this program. pack: the SHA-256 of the protocol's
    file, in hex; shadows: those of the other packs, in order. started, screened_at: instants; of a
    past night that is screened again, the second is that of the past. lake, versions: which lake,
    and the version of each of its tables. after: the id of the run published last. edges: the
    patient ids at which a bucket ends and the next begins, in order.
    """

    model_config = ConfigDict(frozen=True)

    night_id: str
    code_version: str
    as_of: date
    pack: str
    shadows: tuple[str, ...] = ()
    started: datetime
    screened_at: datetime
    lake: str | None
    versions: dict[str, int | None]
    after: str | None
    edges: tuple[str, ...]

    @property
    def buckets(self):
        """Their numbers."""
        return range(len(self.edges) + 1)

    def is_of(self, plan):
        """Whether it is the night of a RunPlan: the same day, by the same protocol and program."""
        shadows = tuple(each.sha256 for each in plan.shadows)
        asked = (plan.as_of, plan.pack.sha256, shadows, __version__)
        return (self.as_of, self.pack, self.shadows, self.code_version) == asked


def write_night(con, folder, **read):
    """Choose the edges of a night, and write its folder, from a connection in which its inputs are
    registered; returns the Night. read: its fields that say what it reads."""
    build(con, MERGES)
    _copy(con, "from clinical.merged_patient order by all", folder / MERGED)
    _copy(con, "from clinical.merge_circle order by all", folder / CIRCLES)
    night = Night(
        night_id=os.urandom(6).hex(), code_version=__version__, edges=edges_of(con), **read
    )
    if night.edges:
        _write_apart(con, folder / "apart")
    write_json(folder / NOTE, night.model_dump(mode="json"))
    return night


def newest_of(published):
    """The id of the newest of the runs that were published before, or None."""
    return published[0].run_id if published else None


def read_night(folder):
    """The Night of a folder."""
    return Night.model_validate(read_json(folder / NOTE))


def range_of(folder, night, number):
    """The lake.Range of a bucket; None where there is one bucket, of everyone."""
    if not night.edges:
        return None
    edges = (None, *night.edges, None)
    return lake.Range(edges[number], edges[number + 1], folder / MERGED, folder / "apart")


def attach_merges(con, folder, within):
    """Create what the night knows of merges: of those into a patient of a Range, or all."""
    con.execute("create schema if not exists clinical")
    for name, file, column in (
        ("merged_patient", MERGED, "surviving_id"),
        ("merge_circle", CIRCLES, "patient_id"),
    ):
        theirs = f"where {within.holds(column)}" if within else ""
        scan = f"from {scan_of_parquet([folder / file])} {theirs}"
        con.execute(f"create table clinical.{name} as {scan}")


def _write_apart(con, folder):
    folder.mkdir(mode=0o700)
    for table in APART:
        _copy(
            con,
            f"select own.*, merged.surviving_id from lake.{table} as own join"
            " clinical.merged_patient as merged using (patient_id) union all by name"
            f" select * from lake.{table} where patient_id is null",
            folder / f"{table}.parquet",
        )


def _copy(con, select, path):
    con.execute(f"copy ({select}) to $1 (format parquet)", [str(path)])

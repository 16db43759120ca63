"""Validate: a delivered file is read, and every row of it typed, coded, converted and checked,
before anything is kept."""

import re
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline import lake
from pipeline.core import Refused
from pipeline.engine import (
    OperationalError,
    build,
    connect,
    create_view,
    select_of,
    view_of_parquet,
    with_dependencies,
    write_error,
)
from pipeline.ingest.accounts import tally
from pipeline.ingest.contact import check_contact
from pipeline.profiles import Profile
from pipeline.protocol import register_vocabulary
from pipeline.readers import read, read_batch

# Such days keep their order when they are compared as text
_DAY = re.compile(r"\d{4}-?[01]\d-?[0-3]\d([T_-]?\d{2,6})?")
_IN_THE_LAKE = """
select held.row_key from lake.{entity} as held cross join landing.file
anti join landing.batch_file on batch_file.sha256 = held.sha256
where held.source = file.source and held.snapshot is not distinct from file.snapshot
"""

_RESTATED = """
with state as (
    select patient_id, file_number(line) as number, recorded_at, row_key
    from staging.checked_patient
    where skipped_because is null and rejected_because is null
        and not (coalesce(is_deceased, is_opted_out, is_deleted) is null and merged_into is null)
)
select min(number) from (
    select number from state
    window so_far as (partition by patient_id order by number)
    qualify number > min(number) over (partition by patient_id)
        and bool_or(recorded_at is null) over (partition by patient_id)
        and min(row_key) over so_far <> max(row_key) over so_far
)
"""

# Read row by row on the way to the checked file: as large as the delivery, and never kept
STREAMED = dict.fromkeys(
    (f"staging.{stage}_lab_result" for stage in ("coded", "parsed", "measured", "interpreted")),
    create_view,
)


@dataclass(frozen=True)
class DeliveredFile:
    """A file as it was delivered, with all that its ingest needs.

    name: as delivered. kind: as the profile has it. snapshot: of a full-refresh source. references:
    the reference files of its source, newest first.
    """

    path: Path
    name: str
    sha256: str
    kind: str | None
    profile: Profile
    received_at: datetime
    snapshot: str | None = None
    references: tuple[Path, ...] = ()


def validate_file(con, home, file, folder):
    """Read a DeliveredFile and check every row: fills `landing` and `staging`, commits nothing;
    returns (Landed, Account).

    folder: where relations that need no memory lie as Parquet files. Raises Refused.
    """
    profile = _begin(con, [file])
    how = {"profile": profile, "kind": file.kind, "references": file.references, "folder": folder}
    landed = read(con, file.path, **how)
    _check_rows(con, landed.entities, folder)
    _check_contact(con, landed.entities, folder)
    _find_duplicates(con, home, landed.entities)
    return landed, tally(con, {0: landed}, [file])[0]


def validate_batch(con, home, files, folder):
    """Read DeliveredFiles of one source, kind and snapshot together, as `validate_file` one.

    Returns the entities; number of a file -> its Account, without the files that are refused; and
    how many of the files, from the first, were judged: one that has to know what others left in
    the lake ends the batch.
    """
    profile = _begin(con, files)
    how = {"profile": profile, "kind": files[0].kind, "references": files[0].references}
    landed = read_batch(con, [file.path for file in files], folder=folder, **how)
    if not landed:
        return (), {}, len(files)
    entities = next(iter(landed.values())).entities
    _check_rows(con, entities, folder)
    end = _cut(con, entities, len(files))
    _check_contact(con, entities, folder)
    _find_duplicates(con, home, entities)
    landed = {number: one for number, one in landed.items() if number < end}
    if not landed:
        return (), {}, end
    return entities, dict(zip(landed, tally(con, landed, files), strict=True)), end


def _begin(con, files):
    "The vocabulary, and what the files have in common; returns their profile for their kind"
    con.begin()  # or the disk is waited for after each of its hundred statements
    register_vocabulary(con)
    con.commit()
    profile = files[0].profile.for_kind(files[0].kind)
    con.execute("create schema if not exists landing")
    _describe(con, files, profile)
    return profile


def _check_rows(con, entities, folder):
    checked = [f"staging.checked_{entity}" for entity in entities]
    builders = dict.fromkeys(checked, partial(_check, folder=folder))
    wanted = with_dependencies(con, ["staging.code_system_count", *checked])
    build(con, wanted, builders=STREAMED | builders)


def _check_contact(con, entities, folder):
    if "patient" in entities:
        check_contact(con, folder)


def _cut(con, entities, files):
    """Cut a batch before the first file that states otherwise, without a time, what an earlier one
    stated of a patient: which of them is the last is told by the order in which they are received,
    of which `lake.last_patient_state` knows. Returns how many files are left."""
    [[first]] = con.execute(_RESTATED if "patient" in entities else "select null").fetchall()
    end = files if first is None else first
    con.execute("delete from landing.batch_file where number >= $1", [end])
    return end


def _describe(con, files, profile):
    """The relations `landing.file`: one row, what all rows have in common; and
    `landing.batch_file`: a row a file, by its number, which its lines tell"""
    file = files[0]
    con.execute(
        "create table landing.file as select $1::varchar as source, $2::varchar as time_zone,"
        " $3::varchar as number_marks, $4::varchar as snapshot",
        [profile.name, profile.time_zone, profile.number_marks, file.snapshot],
    )
    named = pa.table(
        {
            "number": pa.array(range(len(files)), pa.int64()),
            "sha256": [each.sha256 for each in files],
            "file": [each.name for each in files],
            "received_at": pa.array(
                [each.received_at for each in files], pa.timestamp("us", "UTC")
            ),
        }
    )
    con.register("named", named)
    con.execute("create table landing.batch_file as from named")
    con.unregister("named")


@contextmanager
def working_database(home, sha256):
    """A DuckDB database on disk, so that a file larger than the memory can be ingested, and its
    folder; both go at the end. Raises StorageError where the disk or the memory is full."""
    folder = home.work / sha256
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with closing(connect(folder / "ingest.duckdb")) as con:
            con.execute("pragma disable_checkpoint_on_shutdown")  # the file goes at the end
            yield con, folder
    except OperationalError as error:
        raise write_error(home.root, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def snapshot_of(profile, name):
    """The snapshot that a file of a full-refresh source belongs to, by its name; None for a source
    of changes. Raises Refused."""
    if profile.snapshot is None:
        return None
    match = re.search(profile.snapshot, name)
    if not match or not _DAY.fullmatch(match.group(1)):
        raise Refused(
            f"its name does not contain the day of the snapshot, such as 20260131; {profile.name}"
            f" expects {profile.snapshot}"
        )
    return match.group(1)


def _check(con, name, folder):
    view_of_parquet(con, name, select_of(name), folder, is_ordered=False)  # each has its line


def _find_duplicates(con, home, entities):
    """Fill `staging.duplicate_row`: acceptable rows that equal an accepted row of the same profile,
    within the file too."""
    con.execute("create table staging.duplicate_row (entity varchar, line bigint, place bigint)")
    con.execute("create schema if not exists lake")
    lake.check_tables_present(con, home, lake.attach(con, home, only=entities))
    for entity in entities:
        acceptable = (
            f"staging.checked_{entity} semi join landing.batch_file on number = file_number(line)"
            " where skipped_because is null and rejected_because is null"
        )
        con.execute(
            f"insert into staging.duplicate_row select '{entity}', line, place from (from"
            f" {acceptable}) where row_key in (select row_key from {acceptable} group by row_key"
            " having count(*) > 1) qualify row_number() over (partition by row_key order by line,"
            " place) > 1"
        )
        held = _IN_THE_LAKE.format(entity=entity)
        if entity == "patient":
            create_view(con, "lake.last_patient_state")
            held = "from lake.last_patient_state"
        con.execute(
            f"insert into staging.duplicate_row select '{entity}', checked.line, checked.place from"
            f" (from {acceptable}) as checked semi join ({held}) as held on held.row_key ="
            f" checked.row_key anti join (from staging.duplicate_row where entity = '{entity}') as"
            " noted on noted.line = checked.line and noted.place = checked.place"
        )

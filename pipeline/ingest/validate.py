"""Validate: a delivered file is read, and every row of it typed, coded, converted and checked,
before anything is kept."""

import re
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

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
from pipeline.profiles import Profile
from pipeline.protocol import register_vocabulary
from pipeline.readers import read

# Such days keep their order when they are compared as text
_DAY = re.compile(r"\d{4}-?[01]\d-?[0-3]\d([T_-]?\d{2,6})?")
_IN_THE_LAKE = """
select lake.{entity}.row_key from lake.{entity}, landing.file
where lake.{entity}.source = file.source and lake.{entity}.sha256 <> file.sha256
    and lake.{entity}.snapshot is not distinct from file.snapshot
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
    con.begin()  # or the disk is waited for after each of its hundred statements
    register_vocabulary(con)
    con.commit()
    profile = file.profile.for_kind(file.kind)
    con.execute("create schema if not exists landing")
    _describe_file(con, file, profile)
    landed = read(
        con, file.path, profile=profile, kind=file.kind, references=file.references, folder=folder
    )
    checked = [f"staging.checked_{entity}" for entity in landed.entities]
    builders = dict.fromkeys(checked, partial(_check, folder=folder))
    wanted = with_dependencies(con, ["staging.code_system_count", *checked])
    build(con, wanted, builders=STREAMED | builders)
    _find_duplicates(con, home, landed.entities)
    return landed, tally(con, landed, file)


def _describe_file(con, file, profile):
    "The relation `landing.file`: one row, what all rows of the file have in common"
    today = file.received_at.astimezone(ZoneInfo(profile.time_zone)).date()
    con.execute(
        "create table landing.file as select $1::varchar as source, $2::varchar as sha256,"
        " $3::varchar as file, $4::varchar as time_zone, $5::varchar as number_marks, $6::date as"
        " today, $7::varchar as snapshot, $8::timestamptz as received_at",
        [
            profile.name,
            file.sha256,
            file.name,
            profile.time_zone,
            profile.number_marks,
            today,
            file.snapshot,
            file.received_at,
        ],
    )


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
    view_of_parquet(con, name, select_of(name), folder)


def _find_duplicates(con, home, entities):
    """Fill `staging.duplicate_row`: acceptable rows that equal an accepted row of the same profile,
    within the file too."""
    con.execute("create table staging.duplicate_row (entity varchar, line bigint, place bigint)")
    con.execute("create schema if not exists lake")
    lake.check_tables_present(con, home, lake.attach(con, home, only=entities))
    for entity in entities:
        acceptable = (
            f"staging.checked_{entity} where skipped_because is null and rejected_because is null"
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

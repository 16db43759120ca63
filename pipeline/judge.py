"""Judge: a delivered file is read and every row of it typed, coded, converted and decided upon, before anything is kept."""

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline import lake
from pipeline.accounts import refuse_lost, tally
from pipeline.database import connect
from pipeline.errors import Refused
from pipeline.protocol.tables import register_vocabulary
from pipeline.readers import read
from pipeline.relations import build, create_view, keep_as_file, needed, select_of

# Row by row on the way to the checked file: as large as the delivery, and never kept
STREAMED = dict.fromkeys(("staging.coded_lab_result", "staging.measured_lab_result"), create_view)


@dataclass(frozen=True)
class Delivered:
    """A file as it was delivered: its name, which kind of file it is, when it came, and the reference file it is read with."""

    name: str
    sha256: str
    entity: str
    received_at: datetime
    reference: Path | None


def judged(con, home, path, *, profile, file, folder):
    """Read a delivered file and judge every row of it: fills `landing`, `staging` and returns (Landed, Account); commits nothing."""
    register_vocabulary(con)
    profile = profile.of_kind(file.entity)
    today = file.received_at.astimezone(ZoneInfo(profile.time_zone)).date()
    snapshot = snapshot_of(profile, file.name)
    con.execute("create schema if not exists landing")
    con.execute(
        "create table landing.file as select $1::varchar as source, $2::varchar as sha256, $3::varchar as file, $4::varchar as time_zone, "
        "$5::varchar as number_marks, $6::date as today, $7::varchar as snapshot",
        [profile.name, file.sha256, file.name, profile.time_zone, profile.number_marks, today, snapshot],
    )  # fmt: skip
    landed = read(con, path, profile=profile, kind=file.entity, reference=file.reference, folder=folder)
    checked = [f"staging.checked_{entity}" for entity in landed.entities]
    wanted = needed(con, ["staging.delivered_code", *checked])
    build(con, wanted, builders=STREAMED | dict.fromkeys(checked, partial(_check, folder=folder)))
    _find_duplicates(con, home, landed.entities)
    return landed, tally(con, landed, file=file.name, sha256=file.sha256, source=profile.name, entity=file.entity, snapshot=snapshot)


@contextmanager
def workshop(home, sha256):
    "A DuckDB database of its own on disk, so that a file larger than the memory can be ingested"
    folder = home.work / sha256
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    con = connect(folder / "ingest.duckdb")
    try:
        yield con, folder
    finally:
        con.close()
        shutil.rmtree(folder, ignore_errors=True)


_HELD = (
    "select lake.{entity}.row_key from lake.{entity}, landing.file where lake.{entity}.source = file.source "
    "and lake.{entity}.sha256 <> file.sha256 and lake.{entity}.snapshot is not distinct from file.snapshot"
)
# What was said before, then otherwise, and now again is said anew: a patient's row without a time of its own counts from when it came
_LAST_SAID = """
select row_key from (
    select
        patient.patient_id, patient.row_key, patient.recorded_at, delivery.received_at,
        coalesce(patient.is_deceased, patient.is_opted_out) is null and patient.merged_into is null as is_silent
    from lake.patient as patient, landing.file, lake.delivery as delivery
    where patient.source = file.source and patient.sha256 <> file.sha256 and patient.snapshot is not distinct from file.snapshot
        and delivery.source = patient.source and delivery.sha256 = patient.sha256 and delivery.refused is null
)
qualify recorded_at is not null or is_silent or rank() over (partition by patient_id, is_silent order by received_at desc) = 1
"""
_DAY = re.compile(r"\d{4}-?[01]\d-?[0-3]\d([T_-]?\d{2,6})?")  # such days stand in order when compared as text


def snapshot_of(profile, name):
    """The snapshot that a file of a full-refresh source belongs to, out of its name; None for a source of changes. Raises Refused."""
    if profile.snapshot is None:
        return None
    if not (found := re.search(profile.snapshot, name)) or not _DAY.fullmatch(found.group(1)):
        raise Refused(f"its name does not say which snapshot it is, as a day like 20260131; {profile.name} expects {profile.snapshot}")
    return found.group(1)


def _check(con, name, folder):
    keep_as_file(con, name, select_of(name), folder)


def _find_duplicates(con, home, delivered):
    """Note the acceptable rows that equal an accepted row of the same profile in every canonical column, within the file too."""
    con.execute("create table staging.duplicate_row (entity varchar, line bigint, place bigint)")
    con.execute("create schema if not exists lake")
    refuse_lost(con, home, lake.attach(con, home, only=delivered))
    for entity in delivered:
        acceptable = f"staging.checked_{entity} where skipped_because is null and rejected_because is null"
        con.execute(
            f"insert into staging.duplicate_row select '{entity}', line, place from (from {acceptable}) "
            f"where row_key in (select row_key from {acceptable} group by row_key having count(*) > 1) "
            "qualify row_number() over (partition by row_key order by line, place) > 1"
        )
        con.execute(
            f"insert into staging.duplicate_row select '{entity}', checked.line, checked.place from (from {acceptable}) as checked "
            f"semi join ({_LAST_SAID if entity == 'patient' else _HELD.format(entity=entity)}) as held "
            "on held.row_key = checked.row_key "
            f"anti join (from staging.duplicate_row where entity = '{entity}') as noted "
            "on noted.line = checked.line and noted.place = checked.place"
        )

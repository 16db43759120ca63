"""Ingest: a claimed file becomes accepted, rejected, duplicate and skipped rows, each counted, in one pass and exactly once."""

import re
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from pipeline import lake
from pipeline.accounts import Account, earlier_account, tally
from pipeline.commit import commit, commit_refusal
from pipeline.config import ENTITIES
from pipeline.database import connect
from pipeline.errors import Refused
from pipeline.landing import archived, latest_reference, put_away, sha256_of
from pipeline.protocol import load
from pipeline.protocol.tables import register
from pipeline.readers import profile as read_profile
from pipeline.readers import read
from pipeline.relations import build, keep_as_file, select_of

CHECKED = ("staging.delivered_code", *(f"staging.checked_{entity}" for entity in ENTITIES))


def ingest_file(home, *, path, source, name, pack=None, received_at=None):
    """Ingest one claimed file and put it into the archive, or into `refused/`; returns its Account.

    path: where the claimed file is. name: its path as delivered, which evidence names. A file that was ingested before,
    byte for byte, changes nothing: all its rows are duplicates.
    """
    sha256 = sha256_of(path)
    profile = read_profile(source, home)
    entity = profile.entity_of(name)
    if entity == "reference":
        archived(home, path, source=source, sha256=sha256, name=name, folder="reference")
        return Account(file=name, sha256=sha256, source=profile.name, entity="reference")
    if earlier := earlier_account(home, source=profile.name, sha256=sha256, name=name):
        shutil.rmtree(home.work / sha256, ignore_errors=True)  # a run killed after its last commit left it
        put_away(home, path, source=source, sha256=sha256, name=name)
        return earlier
    received_at = received_at or datetime.now(UTC)
    try:
        if entity is None:
            patterns = ", ".join(pattern for found in profile.files.values() for pattern in found)
            raise Refused(f"no entity of the profile {profile.name} has such a file name (expected {patterns})")
        account = _ingest(home, path, profile=profile, entity=entity, name=name, sha256=sha256, received_at=received_at, pack=pack)
    except Refused as refusal:
        account = Account(file=name, sha256=sha256, source=profile.name, entity=entity, refused=str(refusal))
        commit_refusal(home, account, received_at)
        archived(home, path, source=source, sha256=sha256, name=name, folder="refused")
        return account
    archived(home, path, source=source, sha256=sha256, name=name, folder="archive")
    return account


def _ingest(home, path, *, profile, entity, name, sha256, received_at, pack):
    with _workshop(home, sha256) as (con, folder):
        register(con, load(pack) if pack else load())
        reference = latest_reference(home, profile.name) if profile.reference else None
        today = received_at.astimezone(ZoneInfo(profile.time_zone)).date()
        snapshot = _snapshot(profile, name)
        con.execute("create schema if not exists landing")
        con.execute(
            "create table landing.file as select $1::varchar as source, $2::varchar as sha256, $3::varchar as file, $4::varchar as time_zone, "
            "$5::varchar as decimal_mark, $6::date as today, $7::timestamptz as received_at, $8::varchar as snapshot",
            [profile.name, sha256, name, profile.time_zone, profile.decimal_mark, today, received_at, snapshot],
        )  # fmt: skip
        landed = read(con, path, profile=profile, kind=entity, reference=reference, folder=folder)
        build(con, CHECKED, builders={name: partial(_check, folder=folder) for name in CHECKED[1:]})
        _find_duplicates(con, home, landed.entities)
        account = tally(con, landed, file=name, sha256=sha256, source=profile.name, entity=entity, snapshot=snapshot)
        commit(con, home, account, landed.entities, received_at=received_at, reference=reference)
        return account


@contextmanager
def _workshop(home, sha256):
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


def _snapshot(profile, name):
    "The snapshot that a file of a full-refresh source belongs to, out of its name; None for a source that delivers changes"
    if profile.snapshot is None:
        return None
    if not (found := re.search(profile.snapshot, name)):
        raise Refused(f"its name does not say which snapshot it is: the profile {profile.name} expects {profile.snapshot}")
    return found.group(1)


def _check(con, name, folder):
    keep_as_file(con, name, select_of(name), folder)


def _find_duplicates(con, home, delivered):
    """Note the acceptable rows that equal an accepted row of the same profile in every canonical column, within the file too."""
    con.execute("create table staging.duplicate_row (entity varchar, line bigint)")
    con.execute("create schema if not exists lake")
    lake.attach(con, home)
    for entity in delivered:
        acceptable = f"staging.checked_{entity} where skipped_because is null and rejected_because is null"
        con.execute(
            f"insert into staging.duplicate_row select '{entity}', line from (from {acceptable}) "
            f"where row_key in (select row_key from {acceptable} group by row_key having count(*) > 1) "
            "qualify row_number() over (partition by row_key order by line) > 1"
        )
        con.execute(
            f"insert into staging.duplicate_row select '{entity}', line from (from {acceptable}) as checked "
            f"semi join (select lake.{entity}.row_key from lake.{entity}, landing.file "
            f"where lake.{entity}.source = file.source and lake.{entity}.sha256 <> file.sha256 "
            f"and lake.{entity}.snapshot is not distinct from file.snapshot) as held "
            "on held.row_key = checked.row_key "
            f"anti join (from staging.duplicate_row where entity = '{entity}') as noted on noted.line = checked.line"
        )

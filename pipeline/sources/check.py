"""Try a profile on a file: what it understands, column by column, what is missing, what would be
rejected. Nothing is kept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.core import Refused, UsageError, sha256_of
from pipeline.engine import rows_of
from pipeline.ingest import DeliveredFile, snapshot_of, validate_file, working_database
from pipeline.landing import references_of
from pipeline.profiles import read_profile
from pipeline.readers import header_of
from pipeline.sources.columns import columns_of


@dataclass
class Checked:
    """What a profile makes of a file; no values of patients.

    columns: as by `columns_of`. unread: columns of the file that the profile does not name.
    rejected: `{reason, rows, lines, remedy}`. unknown: `{entity, kind, delivered, name, rows}`,
    local codes and units.
    """

    file: str
    kind: str
    account: object
    columns: list = field(default_factory=list)
    unread: list = field(default_factory=list)
    rejected: list = field(default_factory=list)
    unknown: list = field(default_factory=list)


def check(home, name, path):
    """Try a profile, given by name or path, on a file, as an ingest would; returns Checked. Raises
    Refused where an ingest would refuse the file."""
    profile = read_profile(name, home)
    if not path.is_file():
        raise UsageError(f"The file {path} does not exist. Check the path.")
    kind = profile.kind_of_file(path.name)
    if kind in (None, "ignored", "reference"):
        raise Refused(
            f"{path.name} fits no pattern under `files` of the profile {profile.name} "
            f"({profile.patterns})."
        )
    file = _as_delivered(home, path, profile, kind)
    with working_database(home, f"check-{file.sha256}") as (con, folder):
        try:
            landed, account = validate_file(con, home, file, folder)
        except Refused as refusal:
            raise _would_be(refusal, path) from None
        checked = Checked(path.name, kind, account)
        for entity in landed.entities:
            _add(checked, con, profile, entity)
        checked.rejected += rows_of(con, _RAGGED)
        checked.unread = _unread(con, profile, kind)
    return checked


def _add(checked, con, profile, entity):
    checked.columns += columns_of(con, profile, checked.kind, entity)
    checked.rejected += rows_of(con, _REJECTED.format(entity=entity))
    if entity == "lab_result":
        checked.unknown += rows_of(con, _UNKNOWN_UNIT)
    if entity != "patient":
        checked.unknown += rows_of(con, _UNKNOWN_CODE.format(entity=entity))
        checked.unknown += rows_of(con, _UNKNOWN_STATUS.format(entity=entity))


def _as_delivered(home, path, profile, kind):
    "With the reference files that were delivered before, else those that lie beside it"
    beside = (file for file in path.parent.iterdir() if _is_reference(profile, file))
    references = references_of(home, profile.name) or tuple(beside)
    try:
        snapshot = snapshot_of(profile, path.name)
    except Refused as refusal:
        raise _would_be(refusal, path) from None
    return DeliveredFile(
        path=path,
        name=path.name,
        sha256=sha256_of(path),
        kind=kind,
        profile=profile,
        received_at=datetime.now(UTC),
        snapshot=snapshot,
        references=references,
    )


def _is_reference(profile, file):
    return profile.kind_of_file(file.name) == "reference"


def _would_be(refusal, path):
    return Refused(f"{path.name} would be refused: {refusal}.")


def _unread(con, profile, kind):
    if profile.format != "table":
        return []
    known = {name for names in profile.delivered_columns(kind).values() for name in names}
    return [name for name in header_of(con) if name not in known]


_REJECTED = """
select rejected_because as reason, count(*) as rows,
    array_to_string(list(line order by line)[:5], ', ') as lines, any_value(remedy) as remedy
from staging.checked_{entity} left join protocol.rejection on rejection.reason = rejected_because
where rejected_because is not null group by rejected_because order by rows desc, reason
"""
_UNKNOWN_CODE = """
select '{entity}' as entity, 'code' as kind,
    case when patients >= 2 then code else 'of one patient each' end as delivered,
    case when count(*) = 1 and any_value(patients) >= 5 then any_value(name) end as name,
    sum(rows)::bigint as rows
from (
    select coalesce(code, name) as code, any_value(name) as name,
        count(distinct patient_id) as patients, count(*) as rows
    from staging.checked_{entity} where skipped_because = 'unmapped_code'
    group by coalesce(code, name)
)
group by delivered
order by delivered = 'of one patient each', rows desc, delivered
limit 20
"""
_UNKNOWN_STATUS = """
select '{entity}' as entity, 'status' as kind, landed.status as delivered, null as name,
    count(*) as rows
from landing.{entity} as landed
left join protocol.status
    on status.entity = '{entity}' and status.status = status_key(landed.status)
where landed.status is not null and status.status is null
group by landed.status having count(distinct patient_id) >= 2 order by rows desc limit 20
"""
_UNKNOWN_UNIT = """
select 'lab_result' as entity, 'unit' as kind, unit_reported as delivered, null as name,
    count(*) as rows
from staging.checked_lab_result where rejected_because = 'unknown_unit'
group by unit_reported
order by rows desc, delivered
limit 20
"""
_RAGGED = """
select 'ragged_row' as reason, count(*) as rows,
    array_to_string(list(line order by line)[:5], ', ') as lines,
    (select remedy from protocol.rejection where reason = 'ragged_row') as remedy
from landing.ragged having count(*) > 0
"""

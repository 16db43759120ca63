"""Try a profile on a file, or on all files of a folder: what it understands, column by column, what
is missing, what would be rejected. Nothing is kept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.core import Refused, UsageError, sha256_of
from pipeline.engine import rows_of
from pipeline.ingest import DeliveredFile, snapshot_of, validate_file, working_database
from pipeline.landing import references_of
from pipeline.profiles import read_profile
from pipeline.readers import delivered_tables, header_of
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


@dataclass(frozen=True)
class Tried:
    """What became of one file of a folder. checked: what the profile makes of it; None where it is
    not read. said: why not. is_refused: whether an ingest would refuse it."""

    file: str
    checked: Checked | None = None
    said: str = ""
    is_refused: bool = False


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
    beside = (file for file in path.parent.iterdir() if _is_reference(profile, file))
    try:
        return _checked(home, path, profile, kind, tuple(beside))
    except Refused as refusal:
        raise Refused(f"{path.name} would be refused: {refusal}.") from None


def check_folder(home, name, folder):
    """Yields a Tried for every file of a folder and the folders in it, in the order of their names,
    and for every table in a zip of several."""
    profile = read_profile(name, home)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    references = tuple(path for path in files if _is_reference(profile, path, folder))
    for path in files:
        name = path.relative_to(folder).as_posix()
        with TemporaryDirectory(prefix="b12-") as work:
            try:
                tables = delivered_tables(path, name, Path(work))
            except Refused as refusal:
                yield Tried(name, said=str(refusal), is_refused=True)
                continue
            for table, table_name in tables:
                yield _tried(home, table, table_name, profile, references)


def _tried(home, path, name, profile, references):
    kind = profile.kind_of_file(name)
    if kind in (None, "ignored", "reference"):
        return Tried(name, said="fits no pattern" if kind is None else kind)
    try:
        return Tried(name, _checked(home, path, profile, kind, references, name))
    except Refused as refusal:
        return Tried(name, said=f"would be refused: {refusal}", is_refused=True)


def _checked(home, path, profile, kind, beside, name=None):
    file = _as_delivered(home, path, profile, kind, beside, name or path.name)
    with working_database(home, f"check-{file.sha256}") as (con, folder):
        landed, account = validate_file(con, home, file, folder)
        checked = Checked(file.name, kind, account)
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


def _as_delivered(home, path, profile, kind, beside, name):
    "With the reference files that were delivered before, else those that lie beside it"
    return DeliveredFile(
        path=path,
        name=name,
        sha256=sha256_of(path),
        kind=kind,
        profile=profile,
        received_at=datetime.now(UTC),
        snapshot=snapshot_of(profile, name),
        references=references_of(home, profile.name) or beside,
    )


def _is_reference(profile, file, folder=None):
    name = file.relative_to(folder).as_posix() if folder else file.name
    return profile.kind_of_file(name) == "reference"


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

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
from pipeline.profiles import fault_of, read_profile
from pipeline.protocol import best_of, proposals, rank
from pipeline.readers import delivered_tables, header_of
from pipeline.sources.columns import MANY, columns_of

RARE = "of one patient each"
SHOWN_CODES = 20


@dataclass
class Checked:
    """What a profile makes of a file; no values of patients.

    columns: as by `columns_of`. unread: columns of the file that the profile does not name.
    rejected: `{reason, field, rows, lines, key, remedy}`. unknown: `{entity, kind, delivered, name,
    rows}`, local codes and units; of a code also `names` (how many, where several) and, where one
    resembles a name of the protocol, `units` (those that the protocol knows), `line`, `resembles`,
    `likeness` (86 to 100) and `proposed`.
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
    for row in rows_of(con, _REJECTED.format(entity=entity)):
        fault = fault_of(profile, entity, row["reason"])
        checked.rejected.append({**row, "field": fault.field, "key": fault.key})
    if entity == "lab_result":
        checked.unknown += rows_of(con, _UNKNOWN_UNIT)
    if entity != "patient":
        checked.unknown += _unknown_codes(con, entity)
        checked.unknown += rows_of(con, _UNKNOWN_STATUS.format(entity=entity))


def _unknown_codes(con, entity):
    """The unmapped codes: first those that resemble a name of the protocol, then the most frequent.
    A code of one patient may identify it: of those that resemble nothing the rows are counted, of
    the others the line is named."""
    units = _UNITS if entity == "lab_result" else "[]"
    rows = rows_of(con, _UNKNOWN_CODE.format(entity=entity, units=units))
    proposed = proposals(entity, {name for row in rows for name in row["names"]})
    best = [best_of(proposed, row["names"], row["units"]) for row in rows]
    known = [pair for pair in zip(rows, best, strict=True) if pair[1] or pair[0]["patients"] > 1]
    known.sort(key=lambda pair: (rank(pair[1]), -pair[0]["rows"], pair[0]["code"]))
    shown = [_shown(entity, row, proposal) for row, proposal in known[:SHOWN_CODES]]
    more = sum(row["rows"] for row, _ in known[SHOWN_CODES:])
    rare = sum(row["rows"] for row in rows) - sum(row["rows"] for row, _ in known)
    for delivered, count in ((f"{len(known) - SHOWN_CODES} more", more), (RARE, rare)):
        if count:
            shown.append({"entity": entity, "kind": "code", "delivered": delivered, "rows": count})
    return shown


def _shown(entity, row, proposal):
    names = row["names"][1:]  # the first is the code itself
    is_shown = row["patients"] > 1
    shown = {
        "entity": entity, "kind": "code", "delivered": row["code"] if is_shown else RARE,
        "name": names[0] if row["patients"] >= MANY and len(names) == 1 else None,
        "names": len(names) if is_shown and len(names) > 1 else None, "rows": row["rows"],
    }  # fmt: skip
    if proposal:
        shown |= {
            "units": "; ".join(row["units"][:4]), "line": row["line"], "resembles": proposal.name,
            "likeness": proposal.likeness, "proposed": f"{proposal.code_system} {proposal.code}",
        }  # fmt: skip
    return shown


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
_UNITS = """coalesce(
        list(distinct unit_reported order by unit_reported)
        filter (where unit_key(unit_reported) in (select spelling from protocol.unit_alias)), []
    )"""
_UNKNOWN_CODE = """
select coalesce(code, name) as code, min(line) as line, count(distinct patient_id) as patients,
    list_prepend(
        coalesce(code, name),
        coalesce(list(distinct name order by name) filter (where name is not null), [])
    ) as names,
    {units} as units, count(*) as rows
from staging.checked_{entity}
where skipped_because = 'unmapped_code' and coalesce(code, name) is not null
group by coalesce(code, name)
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

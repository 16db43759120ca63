"""Try a profile on a file: what it understands, column by column, what is missing, what would be rejected. Nothing is kept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.errors import Refused, UsageError
from pipeline.judge import Delivered, judged, workshop
from pipeline.landing import latest_reference, sha256_of
from pipeline.readers import profile as read_profile
from pipeline.readers.table import header_of

SHOWN = ("code", "code_system", "unit", "status", "specimen", "sex", "route", "site", "performing_lab", "opted_out", "days_supply", "strength_mg")
KNOWN = {  # words that the protocol knows may be shown however rare; others only when several rows have them
    "code": "select code from staging.delivered_code where concepts is not null",
    "unit": "select unit from landing.lab_result where unit_key(unit) in (select spelling from protocol.unit_alias)",
    "status": "select status from protocol.status", "specimen": "select specimen from protocol.specimen", "route": "select route from protocol.route",
}  # fmt: skip
MANY = 5


@dataclass
class Checked:
    """What a profile makes of a file; no values of patients.

    columns: `{entity, column, from, filled, distinct, holds}`. unread: columns of the file that the profile does not name.
    rejected: `{reason, rows, lines}`. unknown: `{entity, kind, delivered, name, rows}`, local codes and units.
    """

    file: str
    kind: str
    account: object
    columns: list = field(default_factory=list)
    unread: list = field(default_factory=list)
    rejected: list = field(default_factory=list)
    unknown: list = field(default_factory=list)


def check(home, name, path):
    """Judge a file by a profile, given by name or path, as an ingest would; returns Checked. Raises Refused where the ingest would refuse."""
    profile = read_profile(name, home)
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    kind = profile.entity_of(path.name)
    if kind in (None, "ignored", "reference"):
        patterns = ", ".join(pattern for found in profile.files.values() for pattern in found)
        raise Refused(f"{path.name} fits no pattern under `files` of the profile {profile.name} ({patterns}).")
    beside = (one for one in path.parent.iterdir() if profile.entity_of(one.name) == "reference")
    reference = latest_reference(home, profile.name) or next(beside, None)
    file = Delivered(path.name, sha256_of(path), kind, datetime.now(UTC), reference)
    with workshop(home, f"check-{file.sha256}") as (con, folder):
        try:
            landed, account = judged(con, home, path, profile=profile, file=file, folder=folder)
        except Refused as refusal:
            raise Refused(f"{path.name} would be refused: {refusal}.") from None
        found = Checked(path.name, kind, account)
        for entity in landed.entities:
            found.columns += _columns(con, profile, kind, entity)
            found.rejected += _rows(con, _REJECTED.format(entity=entity))
            found.unknown += _rows(con, _UNKNOWN_UNIT if entity == "lab_result" else _NOTHING) + (
                _rows(con, _UNKNOWN_CODE.format(entity=entity)) if entity != "patient" else []
            )
        found.rejected += _rows(con, _RAGGED)
        found.unread = _unread(con, profile, kind)
    return found


def _columns(con, profile, kind, entity):
    mapped = profile.columns.get(kind, {}) if not profile.selects else {}
    sources = {**mapped.get("required", {}), **mapped.get("optional", {})}
    names = [name for name, *_ in con.execute(f"describe landing.{entity}").fetchall() if name not in ("line", "shifted_days", "row_key")]
    counted = con.execute(f"select count(*), {', '.join(f'count({name}), count(distinct {name})' for name in names)} from landing.{entity}").fetchone()
    for place, name in enumerate(names):
        filled, distinct = counted[1 + 2 * place], counted[2 + 2 * place]
        delivered = sources.get(name, "")
        yield {
            "entity": entity, "column": name, "from": " + ".join(delivered) if isinstance(delivered, list) else delivered,
            "filled": filled, "distinct": distinct, "holds": _holds(con, entity, name) if filled else "",
        }  # fmt: skip


def _holds(con, entity, name):
    if name in SHOWN:
        return _words(con, entity, name)
    if name == "value":
        numbers, censored, others = con.execute(_VALUES).fetchone()
        return f"{numbers:,} numbers, {censored:,} with a comparator, {others:,} others"
    if name.endswith(("_on", "_at", "_date")):
        unreadable, first, last = con.execute(_DAYS.format(entity=entity, name=name)).fetchone()
        return f"{first or '?'} to {last or '?'}" + (f", {unreadable:,} unreadable" if unreadable else "")
    return ""


def _words(con, entity, name):
    rows = con.execute(_WORDS.format(entity=entity, name=name, many=MANY, known=KNOWN.get(name, "select null"))).fetchall()
    named = [f"{word} {count:,}" for word, count in rows if word is not None]
    rare = sum(count for word, count in rows if word is None) + sum(count for word, count in rows[8:] if word is not None)
    return " · ".join([*named[:8], *([f"{rare:,} others"] if rare else [])])


def _unread(con, profile, kind):
    if profile.format != "table":
        return []
    known = {name for names in profile.delivered_columns(kind).values() for name in names}
    return [name for name in header_of(con) if name not in known]


def _rows(con, select):
    cursor = con.execute(select)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


_WORDS = """
with known as (select distinct lower(trim(word)) as word from ({known}) as listed(word)),
counted as (select {name} as word, count(*) as rows from landing.{entity} where {name} is not null group by all),
showable as (
    select case when counted.rows >= {many} or known.word is not null then counted.word end as shown, counted.rows
    from counted left join known on known.word = lower(trim(counted.word))
)
select shown, sum(rows)::bigint as rows from showable group by shown order by shown is null, rows desc, shown
"""
_VALUES = """
select count(*) filter (try_cast(with_point(value, decimal_mark) as double) is not null), count(*) filter (regexp_matches(value, '^\\s*[<>≤≥]')),
    count(*) filter (try_cast(with_point(value, decimal_mark) as double) is null and not regexp_matches(value, '^\\s*[<>≤≥]'))
from landing.lab_result cross join landing.file where value is not null
"""
_DAYS = """
select count(*) filter (to_day({name}, time_zone) is null and lower({name}) not in ('true', 'false')),
    min(year(to_day({name}, time_zone))), max(year(to_day({name}, time_zone)))
from landing.{entity} cross join landing.file where {name} is not null
"""
_REJECTED = """
select rejected_because as reason, count(*) as rows, array_to_string(list(line order by line)[:5], ', ') as lines, any_value(remedy) as remedy
from staging.checked_{entity} left join protocol.rejection on rejection.reason = rejected_because
where rejected_because is not null group by rejected_because order by rows desc, reason
"""
_UNKNOWN_CODE = """
select '{entity}' as entity, 'code' as kind, coalesce(code, name) as delivered, case when count(*) >= 5 then any_value(name) end as name, count(*) as rows
from staging.checked_{entity} where skipped_because = 'unmapped_code' group by coalesce(code, name) order by rows desc, delivered limit 20
"""
_UNKNOWN_UNIT = """
select 'lab_result' as entity, 'unit' as kind, unit_reported as delivered, null as name, count(*) as rows
from staging.checked_lab_result where rejected_because = 'unknown_unit' group by unit_reported order by rows desc, delivered limit 20
"""
_NOTHING = "select 1 where false"
_RAGGED = """
select 'ragged_row' as reason, count(*) as rows, array_to_string(list(line order by line)[:5], ', ') as lines,
    (select remedy from protocol.rejection where reason = 'ragged_row') as remedy
from landing.ragged having count(*) > 0
"""

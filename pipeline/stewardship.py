"""What a data steward works through: the rejected rows, and the local codes and units that nothing knows."""

from pipeline.errors import InvalidProtocol
from pipeline.query import query
from pipeline.readers import profile as read_profile
from pipeline.readers.profile_map import answered

GROUPS = {"file": "file", "reason": "rejected_because", "lab": "performing_lab", "unit": "unit", "code": "code"}


def rejected_rows(home, *, reason=None, source=None, file=None):
    """Every rejected row of the lake: source, file, line, entity, reason, code, unit, lab and what would make it acceptable; no patient."""
    where, values = _filter({"rejected_because": reason, "source": source, "file": file})
    return query(home, f"{_ROWS} {where} order by rejected_row.source, file, line", values)


def rejected_groups(home, *, by, reason=None, source=None, file=None, shown=3):
    """Rejected rows counted by columns of GROUPS, most first, each with the first lines it stands on (`file:line`)."""
    where, values = _filter({"rejected_because": reason, "source": source, "file": file})
    keys = ", ".join(f"coalesce({GROUPS[one]}, '') as {one}" for one in by)
    return query(
        home,
        f"select {keys}, count(*) as rows, array_to_string(list(file || ':' || line order by file, line)[:{shown}], ' ') as first_lines "
        f"from lake.rejected_row {where} group by {', '.join(by)} order by rows desc, {', '.join(by)}",
        values,
    )


def remedies(home):
    """By rejection reason, what would make the row acceptable."""
    return {row["reason"]: row["remedy"] for row in query(home, "select reason, remedy from protocol.rejection")}


def _filter(columns):
    given = {name: value for name, value in columns.items() if value is not None}
    where = " and ".join(f"rejected_row.{name} = ${place}" for place, name in enumerate(given, start=1))
    return f"where {where}" if where else "", list(given.values())


_ROWS = (
    "select rejected_row.*, rejection.remedy from lake.rejected_row "
    "left join protocol.rejection on rejection.reason = rejected_row.rejected_because"
)


def unmapped(home, *, source=None):
    """Local codes and units that nothing knows, most frequent first, as the rows of a map that a steward fills in.

    Answered ones, in a map of their source's profile, are left out, and so are LOINC codes of other tests, which are known.
    """
    rows = [row for row in query(home, _UNMAPPED) if source in (None, row["source"])]
    told = {name: _answered(home, name) for name in {row["source"] for row in rows}}
    return [row for row in rows if not _keys(row) & told[row["source"]]]


def _answered(home, source):
    try:
        maps = read_profile(source, home).maps
    except InvalidProtocol:  # the profile is gone; its rows are still there
        return set()
    return {answered(row) for row in maps}


def _keys(row):
    "An answer may be for the code under its system, or under any"
    return {answered(row), answered({**row, "code_system": None})} if row["kind"] != "status" else set()


_UNMAPPED = """
select source, entity, kind, code_system, delivered, name, rows, null as map_to_system, null as map_to
from (
    select source, entity, 'code' as kind, code_system, coalesce(code, name) as delivered, any_value(name) as name,
        sum(rows)::bigint as rows
    from lake.unmapped_code
    where skipped_because = 'unmapped_code' and coalesce(code, name) is not null
    group by source, entity, code_system, delivered
    union all
    select source, entity, 'status', null, code, 'known words: protocol/statuses.csv; others: words in the profile', sum(rows)::bigint
    from lake.unmapped_code
    where skipped_because = 'unknown_status'
    group by source, entity, code
    union all
    select source, 'lab_result', 'unit', null, unit, 'of ' || string_agg(distinct code, ', ' order by code), count(*)
    from lake.rejected_row
    where rejected_because = 'unknown_unit'
    group by source, unit
)
order by rows desc, source, entity, kind, code_system, delivered
"""

"""What a data steward works through: the rejected rows, and the unmapped local codes and units."""

from pipeline.analysis.asked import key_of, unmapped_rows
from pipeline.engine import select_of
from pipeline.lake import query
from pipeline.profiles import fault_of, read_profile_if_there
from pipeline.protocol import vocabulary
from pipeline.screening import unanswered

GROUPS = {
    "file": "file",
    "reason": "rejected_because",
    "lab": "performing_lab",
    "unit": "unit",
    "code": "code",
}
REJECTED = ("rejected_row", "blanked_cell")  # the tables of the lake that are read


_ROWS = f"from ({select_of('explaining.rejected_row')}) as rejected_row"


def rejected_rows(home, *, reason=None, source=None, file=None):
    """Every rejected row of the lake, and every cell that was left out of a row that went in: where
    it stands, entity, reason, column and field in the delivery, code, unit, lab, what would make it
    acceptable, and the key of the profile that reads it otherwise; no patient."""
    where, values = _filter({"rejected_because": reason, "source": source, "file": file})
    rows = query(
        home, f"{_ROWS} {where} order by source, file, line, column_name", values, only=REJECTED
    )
    faults = _faults(home, rows)
    return [row | faults[_fault_key(row)] for row in rows]


def _fault_key(row):
    return row["source"], row["entity"], row["rejected_because"], row["column_name"]


def _faults(home, rows):
    "Of each kind of rejection: the column, its field in the delivery, and the key of the profile"
    kinds = {_fault_key(row) for row in rows}
    sources = {source for source, *_ in kinds}
    profiles = {source: read_profile_if_there(source, home) for source in sources}
    return {kind: _fault(profiles[kind[0]], *kind[1:]) for kind in kinds}


def _fault(profile, entity, reason, column):
    if profile is None:
        return {"column_name": column, "field": column, "profile_key": None}
    fault = fault_of(profile, entity, reason, column)
    field = fault.field or fault.column
    return {"column_name": fault.column, "field": field, "profile_key": fault.key}


def rejected_groups(home, *, by, reason=None, source=None, file=None, shown=3):
    """Rejected rows counted by columns of GROUPS, most first, each with the first lines it stands
    on (`file:line`)."""
    where, values = _filter({"rejected_because": reason, "source": source, "file": file})
    keys = ", ".join(f"coalesce({GROUPS[column]}, '') as {column}" for column in by)
    return query(
        home,
        f"select {keys}, count(*) as rows, array_to_string(list(file || ':' || line order by file,"
        f" line)[:{shown}], ' ') as first_lines {_ROWS} {where} group by"
        f" {', '.join(by)} order by rows desc, {', '.join(by)}",
        values,
        only=REJECTED,
    )


def remedies():
    """By rejection reason, what would make the row acceptable."""
    return {str(row["reason"]): row["remedy"] for row in vocabulary("rejection")}


def _filter(columns):
    wanted = {name: value for name, value in columns.items() if value is not None}
    where = " and ".join(
        f"rejected_row.{name} = ${number}" for number, name in enumerate(wanted, start=1)
    )
    return f"where {where}" if where else "", list(wanted.values())


def unmapped(home, *, source=None):
    """Unmapped local codes and units, as of `unanswered`: the rows of a map that a steward fills
    in, what could matter first.

    Answered ones, in a map of their source's profile, are left out, and so are LOINC codes of other
    tests, which are known. `key` names a row for `b12 map`, and its page.
    """
    rows = [row for row in unmapped_rows(home) if source in (None, row["source"])]
    return [{**row, "key": key_of(row)} for row in unanswered(home, rows)]

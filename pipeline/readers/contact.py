"""What patient rows say for display alone, apart from all else of them: `landing.contact`."""

from pipeline.core import CONTACT


def land_no_contact(con):
    """Create `landing.contact` without rows: as it stays where a delivery has no such columns."""
    _create(con, "select null as line, null as place where false", "place", kept=())


def land_contact(con, select, columns, *, profile, place):
    """Create `landing.contact`, a row for each row of a SELECT that fills any of the columns of
    CONTACT which the profile keeps.

    columns: of the SELECT. place: the SQL of a row's place in the file.
    """
    kept = [name for name in CONTACT if name in columns and name in profile.contact]
    if kept:
        _create(con, select, place, kept=kept)


def _create(con, select, place, *, kept):
    cells = ", ".join(
        f'"{name}"' if name in kept else f'cast(null as varchar) as "{name}"' for name in CONTACT
    )
    filled = " or ".join(f'"{name}" is not null' for name in kept) or "false"
    # the place is counted among all rows
    con.execute(
        "create or replace view landing.contact as from"
        f" (select cast(line as bigint) as line, {place}, {cells} from ({select})) where {filled}"
    )

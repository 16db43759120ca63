"""Whose each row of a table is: the reader's own answer, for whoever must find a person's rows."""

from typing import NamedTuple

from pipeline.readers.cells import define_filled, define_patient_id, delivered_column
from pipeline.readers.convert import as_table
from pipeline.readers.table import load_table
from pipeline.readers.unpack import unpacked


class Row(NamedTuple):
    """A row of a table. first, last: its lines in the file as it is read; last is None for the last
    row. is_read: not where the row does not fit the header, so that nobody knows whose it is."""

    first: int
    last: int | None
    is_read: bool = True


def rows_of(con, path, *, profile, cells, ids, folder):
    """The Rows in which one of these lists of columns, joined by a space, holds one of the ids
    (erasure's Ids), and every row that does not fit the header. Raises MissingColumns, Refused."""
    define_filled(con, profile.empty_words)
    define_patient_id(con, profile.patient_id)
    path, profile, _ = as_table(unpacked(path, folder), folder, profile)
    columns = {"required": list({name for names in cells for name in names}), "optional": []}
    profile = profile.model_copy(update={"other_columns": "ignored"})
    load_table(con, path, columns=columns, profile=profile, into="landing.delivered", folder=folder)
    is_theirs = " or ".join(
        f"clean_patient_id(concat_ws(' ', {', '.join(map(delivered_column, names))})) in"
        " (select unnest($1::varchar[]))"
        for names in cells
    )
    found = con.execute(
        f"""
        with row as (
            select line, coalesce({is_theirs}, false) as is_theirs, true as is_read
            from landing.delivered
            union all
            select line, true, false from landing.ragged
        ),
        extent as (select *, lead(line) over (order by line) - 1 as last_line from row)
        select line, last_line, is_read from extent where is_theirs order by line
        """,
        [sorted(ids.ids)],
    ).fetchall()
    return [Row(*row) for row in found]

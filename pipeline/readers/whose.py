"""Whose each row of a table is: the reader's own answer, by which a person's rows are found."""

from typing import NamedTuple

from pipeline.readers.cells import define_filled, define_patient_id, delivered_column
from pipeline.readers.convert import as_table
from pipeline.readers.table import load_table
from pipeline.readers.unpack import unpacked


class Row(NamedTuple):
    """A row of a table. first, last: its lines in the file as it is read; last is None for the last
    row. is_read: not where the row does not fit the header, so that its patient is unknown.
    columns: those that are theirs, in lower case, of a row that is of others, too; None: all."""

    first: int
    last: int | None
    is_read: bool = True
    columns: frozenset[str] | None = None


def rows_of(con, path, *, profile, owners, ids, folder):
    """The Rows of which one of the Owners has one of the ids (erasure's Ids), and every row that
    does not fit the header. Raises MissingColumns, Refused."""
    define_filled(con, profile.empty_words)
    define_patient_id(con, profile.patient_id)
    path, profile, _ = as_table(unpacked(path, folder), folder, profile)
    named = list({name for owner in owners for name in owner.columns})
    profile = profile.model_copy(update={"other_columns": "ignored"})
    columns = {"required": named, "optional": []}
    load_table(con, path, columns=columns, profile=profile, into="landing.delivered", folder=folder)
    people = ", ".join(map(_number_of, owners))
    found = con.execute(
        f"""
        with row as (
            select line, list_transform([{people}], lambda number: case when number <> ''
                then list_contains($1::varchar[], number) end) as is_theirs, true as is_read
            from landing.delivered
            union all
            select line, [true], false from landing.ragged
        ),
        extent as (select *, lead(line) over (order by line) - 1 as last_line from row)
        select line, last_line, is_read, is_theirs from extent
        where list_contains(is_theirs, true) order by line
        """,
        [sorted(ids.ids)],
    ).fetchall()
    return [
        Row(first, last, is_read, _columns_of(owners, is_theirs) if is_read else None)
        for first, last, is_read, is_theirs in found
    ]


def _number_of(owner):
    cells = ", ".join(map(delivered_column, owner.columns))
    number = f"coalesce({cells})" if owner.is_first else f"concat_ws(' ', {cells})"
    return f"clean_patient_id({number})"


def _columns_of(owners, is_theirs):
    "What is theirs alone of a row that is of others, too; None where it is of no other patient"
    theirs, others = (
        [owner for owner, each in zip(owners, is_theirs, strict=True) if each is wanted]
        for wanted in (True, False)
    )
    if not others:
        return None
    used = {name for owner in theirs for name in owner.used or owner.columns}
    return frozenset(used - {name for owner in others for name in owner.used or owner.columns})

"""The lines of a table's records in DuckDB: which are ragged, and on which line each of the others
stands."""

import pyarrow as pa

from pipeline.engine import create


def note_lines(con, ragged, shifts):
    """Create `landing.ragged (line)`, and `landing.line_shift (record, shift)`: by how many lines a
    record and those after it stand below their place.

    shifts: an array of two columns, record and shift, with a row wherever the shift changes.
    """
    _note(con, "ragged", line=ragged)
    _note(con, "line_shift", record=shifts[:, 0], shift=shifts[:, 1])


def _note(con, name, **columns):
    numbers = {column: pa.array(values, pa.int64()) for column, values in columns.items()}
    con.register("noted", pa.table(numbers))
    con.execute(f"create or replace table landing.{name} as from noted")
    con.unregister("noted")


def number(con, into, first, *, not_all_empty=()):
    """Create the view `into` of `landing.raw` with each record's line: its place, moved by what the
    reader left out before it.

    not_all_empty: columns, one of which must hold something: of a file that has no blank lines, a
    row of nulls is one.
    """
    if not con.execute("select count(*) from landing.line_shift").fetchone()[0]:
        is_filled = " or ".join(f"{column} is not null" for column in not_all_empty) or "true"
        con.execute(
            f"create or replace view {into} as select * exclude (file_row_number), file_row_number"
            f" + {first} as line from landing.raw where {is_filled}"
        )
        return
    create(con, "landing.block_shift")
    create(con, "landing.record_shift")
    con.execute(
        f"create or replace view {into} as select raw.* exclude (file_row_number), file_row_number"
        f" + {first} + coalesce(record_shift.shift, block_shift.shift, 0) as line from landing.raw"
        " left join landing.block_shift on block_shift.block = raw.file_row_number // 1024 left"
        " join landing.record_shift on record_shift.record = raw.file_row_number"
    )

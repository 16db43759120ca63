"""A site's own SELECTs: run where they can read the delivered table, and nothing else."""

from contextlib import closing

import pyarrow.parquet as pq

from pipeline.core import SQL, InvalidProtocol
from pipeline.engine import (
    EngineError,
    connect_to_file,
    is_disk_or_memory_error,
    quoted_identifier,
    quoted_text,
)
from pipeline.profiles import VERBATIM
from pipeline.readers.cells import delivered_column

TOLD = ("BinderException", "CatalogException", "ParserException")  # they name the SQL, not the data


def load_selected(con, profile, kind, folder):
    """Run the SELECTs of a kind of file over `delivered`, its table with all columns and `line`;
    returns entity -> the SELECT of the rows that came out.

    They run in a connection of their own that reads one file and can change nothing. Raises
    InvalidProtocol, also for a row that is not of a line of the file and of its patient.
    """
    path = folder / "delivered.parquet"
    con.execute(f"copy (from landing.delivered) to {quoted_text(path)} (format parquet)")
    selects = {}
    with closing(connect_to_file(path, view="delivered")) as locked:
        locked.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        for entity, select in profile.columns[kind].sql.items():
            selects[entity] = _selected(locked, entity, select, folder)
            _check_lines(con, entity, selects[entity], profile.patient_columns[kind])
    return selects


def _selected(locked, entity, select, folder):
    target = folder / f"own_{entity}.parquet"
    try:
        rows = locked.sql(f"select * from ({select}\n) order by all").to_arrow_reader()
        names = [name.lower() for name in rows.schema.names]
        with pq.ParquetWriter(target, rows.schema) as writer:
            for batch in rows:
                writer.write_batch(batch)
    except EngineError as error:
        if is_disk_or_memory_error(error):
            raise
        told = f": {str(error).splitlines()[0]}" if type(error).__name__ in TOLD else ""
        raise _wrong(entity, f"failed with {type(error).__name__}{told}") from None
    if not {"line", "patient_id"} <= set(names):
        raise _wrong(entity, "does not give both line and patient_id")
    cells = ", ".join(
        f"{_cleaned(name)} as {quoted_identifier(name)}"
        for name in names
        if name not in ("line", "place")
    )
    return (
        f"select {cells}, try_cast(line as bigint) as line, file_row_number as place from"
        f" read_parquet({quoted_text(target)}, file_row_number = true)"
    )


def _cleaned(name):
    "What was cut out of a cell is a cell: without white space at its ends, empty by the same words"
    cell = f"trimmed(cast({quoted_identifier(name)} as varchar))"
    return f"nullif({cell}, '')" if name in VERBATIM else f"filled({cell})"


def _check_lines(con, entity, select, patient_column):
    "A row that is not of the line's own patient would put one person's data on another"
    theirs, own = (
        f"filled(clean_patient_id({cell}))"
        for cell in (
            "selected.patient_id",
            f"delivered.{delivered_column(patient_column)}",
        )
    )
    [[strangers]] = con.execute(
        f"select count(*) from ({select}) as selected left join landing.delivered using (line)"
        f" where delivered.line is null or {theirs} is distinct from {own}"
    ).fetchall()
    if strangers:
        raise _wrong(entity, f"gives {strangers} rows that are not of a line's own patient")


def _wrong(entity, what):
    return InvalidProtocol(f"The profile's SELECT of {entity} {what}.")

"""Forget a patient in a delivered file, whatever its format: their records go, every other record keeps its line."""

import csv
import gzip
import re
import shutil

from pipeline.engine import connect
from pipeline.erasure.messages import erase_messages, erase_resources, part_path, written
from pipeline.readers import is_gzip


def erase_delivered(path, profile, kind, ids):
    """Erase the records of these patient ids from an archived file that was delivered under a profile; returns how many went."""
    if is_gzip(path):
        return _in_gzip(path, lambda plain: erase_delivered(plain, profile, kind, ids))
    if profile.format == "hl7v2":
        return erase_messages(path, ids)
    if profile.format == "fhir":
        return erase_resources(path, ids)
    ids = [*ids, *(f"{one}.0" for one in ids)]  # 7.0 where a column of whole numbers once held an empty cell
    column = profile.patient_columns.get(kind) or profile.columns[kind]["required"]["patient_id"]
    if path.suffix == ".parquet":
        return erase_parquet(path, column, ids)
    return erase_csv(path, column.lower(), ids, profile.for_kind(kind).dialect)


def _in_gzip(path, erase):
    plain = path.with_name(f".{path.name}.plain")
    with gzip.open(path) as source, plain.open("wb") as target:
        shutil.copyfileobj(source, target)
    if erased := erase(plain):
        with written(path) as beside, plain.open("rb") as source, gzip.open(beside, "wb") as target:
            shutil.copyfileobj(source, target)
    plain.unlink()
    return erased


def erase_parquet(path, column, ids):
    """Erase from a Parquet file the rows in whose column one of the ids stands; returns how many."""
    con = connect()
    name, beside = (str(one).replace("'", "''") for one in (path, part_path(path)))
    mine = f'trim(cast("{column}" as varchar)) in (select unnest($1::varchar[]))'
    rows = con.execute(f"select count(*) from read_parquet('{name}') where {mine}", [ids]).fetchone()[0]
    if rows:
        con.execute(f"copy (from read_parquet('{name}') where ({mine}) is not true) to '{beside}' (format parquet)", [ids])
        part_path(path).replace(path)
    con.close()
    return rows


def erase_csv(path, column, ids, dialect, keeps_lines=True):
    """Erase from a CSV file the records in whose column one of the ids stands, in an archived file as blank lines; returns how many."""
    beside, erased = part_path(path), 0
    with (
        path.open(encoding=dialect["encoding"], newline="") as source,
        beside.open("w", encoding=dialect["encoding"], newline="") as target,
    ):
        place = None
        for cells, record in _records(source, delimiter=dialect["delimiter"], quotechar=dialect["quote"]):
            if place is None:
                place = [cell.strip().lower().lstrip("\ufeff") for cell in cells].index(column)
            elif len(cells) > place and cells[place].strip() in ids:
                erased, record = erased + 1, "".join(re.findall("\r\n|\r|\n", record)) * keeps_lines
            target.write(record)
    beside.replace(path) if erased else beside.unlink()
    return erased


def _records(lines, **form):
    "The cells of each record, and the physical lines it stands on; a quote opens a cell only where the cell begins"
    taken = []

    def taking():
        for line in lines:
            taken.append(line)
            yield line

    csv.field_size_limit(1 << 30)
    for cells in csv.reader(taking(), **form):
        yield cells, "".join(taken)
        taken.clear()

"""Forget a patient: in the lake, the archive and the runs."""

import csv
import io

from pipeline import lake
from pipeline.config import ENTITIES
from pipeline.database import connect
from pipeline.identity import all_ids
from pipeline.readers import profile as read_profile


def erase(home, patient_id):
    """Delete every row of a patient, under all ids of the same person; returns the rows deleted, by place.

    An archived file keeps its name, the SHA-256 it was delivered under, so that delivering it again brings nobody back.
    A refused file was never understood: its lines that hold an id go, and all of it where it is no text.
    """
    ids = _all_ids(home, patient_id)
    con = connect()
    rows = {table: sum(lake.erase(con, home, table, one) for one in ids) for table in ENTITIES}
    con.close()
    if any(rows.values()):
        lake.vacuum(home, keep_hours=0)
    rows["archive"] = sum(_erase_file(path, home, ids) for path in home.archive.rglob("*") if path.is_file())
    rows["refused"] = sum(_erase_refused(path, ids) for path in home.refused.rglob("*") if path.is_file())
    rows["runs"] = sum(_erase_run(folder, ids) for folder in home.runs.glob("[!.]*") if folder.is_dir() and not folder.is_symlink())
    return rows


def _all_ids(home, patient_id):
    con = connect()
    _, ids = all_ids(con, home, patient_id)
    con.close()
    return ids


def _erase_file(path, home, ids):
    profile = read_profile(path.relative_to(home.archive).parts[0])
    column = "subject_id" if profile.format == "meds" else "patient_id"
    if path.suffix == ".parquet":
        return _erase_parquet(path, column, ids)
    return _erase_csv(path, column, ids, profile.dialect)


def _erase_refused(path, ids):
    if path.suffix == ".parquet":  # compressed: what it holds cannot be seen, and nothing will ever read it
        path.unlink()
        return 1
    mine = [one.encode(encoding) for one in ids for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not any(one in line for one in mine)]
    if len(kept) < len(lines):
        path.with_suffix(".part").write_bytes(b"".join(kept))
        path.with_suffix(".part").replace(path)
    return len(lines) - len(kept)


def _erase_parquet(path, column, ids):
    con = connect()
    name, beside = (str(one).replace("'", "''") for one in (path, path.with_suffix(".part")))
    mine = f'trim(cast("{column}" as varchar)) in (select unnest($1::varchar[]))'
    rows = con.execute(f"select count(*) from read_parquet('{name}') where {mine}", [ids]).fetchone()[0]
    if rows:
        con.execute(f"copy (from read_parquet('{name}') where ({mine}) is not true) to '{beside}' (format parquet)", [ids])
        path.with_suffix(".part").replace(path)
    con.close()
    return rows


def _erase_csv(path, column, ids, dialect, keeps_lines=True):
    "The patient's records go, in an archived file as blank lines, so that every other record keeps its line"
    beside, erased = path.with_suffix(".part"), 0
    form = {"delimiter": dialect["delimiter"], "quotechar": dialect["quote"]}
    with (
        path.open(encoding=dialect["encoding"], newline="") as source,
        beside.open("w", encoding=dialect["encoding"], newline="") as target,
    ):
        place = None
        for record in _records(source, dialect["quote"]):
            cells = next(csv.reader(io.StringIO(record), **form), [])
            if place is None:
                place = [cell.strip().lower().lstrip("\ufeff") for cell in cells].index(column)
            if len(cells) > place and cells[place].strip() in ids:
                erased, record = erased + 1, "\n" * record.count("\n") * keeps_lines
            target.write(record)
    beside.replace(path) if erased else beside.unlink()
    return erased


def _records(lines, quote):
    "Physical lines joined while a quoted cell is open"
    held = ""
    for line in lines:
        held += line
        if held.count(quote) % 2 == 0:
            yield held
            held = ""
    if held:
        yield held


def _erase_run(folder, ids):
    rows = 0
    for name in ("assessment.parquet", "worklist.parquet"):
        if (folder / name).exists():
            rows += _erase_parquet(folder / name, "patient_id", ids)
    if (folder / "worklist.csv").exists():
        plain = {"delimiter": ",", "quote": '"', "encoding": "utf-8"}
        _erase_csv(folder / "worklist.csv", "patient_id", [*ids, *(f"'{one}" for one in ids)], plain, keeps_lines=False)
    return rows

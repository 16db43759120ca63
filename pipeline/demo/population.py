"The demonstration population: synthetic canonical extracts of any size, dirty rows included"

import csv
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as pa_csv

from pipeline.demo.archetypes import ARCHETYPES, SEX
from pipeline.engine import connect

FOLDER = Path(__file__).parent / "sql"
CHUNK = 25_000
COLUMNS = {
    "patient": (
        "patient_id birth_date sex deceased_on site opted_out merged_into status name phone email"
        " preferred_language postcode_area registered_clinician ethnicity"
    ),
    "lab_result": (
        "patient_id result_id accession_id code code_system name value unit status specimen"
        " collected_at reported_at reference_low reference_high performing_lab comment"
    ),
    "medication": (
        "patient_id medication_id code code_system name start_on end_on days_supply status route"
        " strength_mg"
    ),
    "condition": (
        "patient_id condition_id code code_system name onset_on abated_on status recorded_by"
    ),
    "procedure": "patient_id procedure_id code code_system name performed_on status",
}
RATES = (
    "diagnosis_rate",
    "medicine_rate",
    "medicine_product",
    "procedure_rate",
    "analyte",
    "lab_habit",
)
DRAWS = ("person", "diagnosis", "course", "background", "visit", "result", "reported")
DEFECTS = (
    "missing_patient_id missing_code missing_date bad_date future_date code_in_scientific_notation"
    " missing_unit unknown_unit empty_value not_a_number pending_or_cancelled_text range_or_ratio"
    " implausible_value"
)
WHOLE_COLUMNS = ("archetype", "row", "days_ago", "days_supply", "ended_ago", "day_length")
WORD_COLUMNS = (
    "entity",
    "code_system",
    "code",
    "name",
    "value",
    "unit",
    "specimen",
    "reference_high",
    "same_as",
    "whose",
    "merged_into",
)
WORD_COLUMNS += ("status", "route", "strength_mg")
TEXT_COLUMNS = ("code", "strength_mg", "reference_low", "reference_high", "supplies")
AS_TEXT = pa_csv.ConvertOptions(
    column_types=dict.fromkeys(TEXT_COLUMNS, pa.string()), strings_can_be_null=True
)
ARCHETYPE_SCHEMA = pa.schema(
    dict.fromkeys(WHOLE_COLUMNS, pa.int64()) | dict.fromkeys(WORD_COLUMNS, pa.string())
)


def write_demo(
    out: Path, *, patients: int, seed: int, as_of: date, progress=None
) -> dict[str, int]:
    """Write the five extracts of a synthetic population into a folder and return the rows written,
    by entity

    The same arguments give the same bytes. Memory does not grow with the population: it is drawn in
    chunks.
    """
    out.mkdir(parents=True, exist_ok=True)
    parts = {entity: out / f".{entity}.csv.part" for entity in COLUMNS}
    for entity, part in parts.items():
        part.write_text(",".join(COLUMNS[entity].split()) + "\n")
    written = dict.fromkeys(COLUMNS, 0)
    with open_dice(patients=patients, seed=seed, as_of=as_of, spill=out / ".spill") as con:
        for first in range(1, patients + 1, CHUNK):
            last = min(first + CHUNK - 1, patients)
            draw_chunk(con, first, last)
            for entity, part in parts.items():
                written[entity] += append_rows(con, entity, part)
            if progress:
                progress(last, patients)
    # Renamed last, so that a watcher of the folder never picks up half a file.
    for entity, part in parts.items():
        part.replace(out / f"{entity}.csv")
    return written


def open_dice(*, patients, seed, as_of, spill):
    "A connection that holds the rates, the archetypes and the settings that every draw reads"
    con = connect(memory="1200MB", spill=spill)
    settings = {"seed": seed, "as_of": as_of, "defects": DEFECTS.split()}
    settings |= {"archetype_step": archetype_step(patients), "archetype_count": len(ARCHETYPES)}
    for name, value in settings.items():
        con.execute(f"set variable {name} = ?", [value])
    con.execute((FOLDER / "macro.sql").read_text())
    for name in RATES:
        con.register("rates", pa_csv.read_csv(FOLDER / f"{name}.csv", convert_options=AS_TEXT))
        con.execute(f"create table {name} as from rates")
    load_archetypes(con)
    return con


def archetype_step(patients):
    """Every how many patients one is an archetype: in the end 100, all archetypes once from 2,000,
    none below 200"""
    return min(100, max(10, patients // len(ARCHETYPES))) if patients >= 200 else 10**9


def load_archetypes(con):
    people = [
        {"archetype": place, "age": age, "sex": SEX.get(title)}
        for place, (title, (_, age, _)) in enumerate(ARCHETYPES.items())
    ]
    rows = [
        row | {"archetype": place, "row": number}
        for place, (_, _, rows) in enumerate(ARCHETYPES.values())
        for number, row in enumerate(rows)
    ]
    con.register("archetype", pa.Table.from_pylist(people))
    con.register("archetype_row", pa.Table.from_pylist(rows, schema=ARCHETYPE_SCHEMA))


def draw_chunk(con, first, last):
    "One temporary table per relation, for the patients numbered first to last"
    con.execute(f"set variable first_n = {first}; set variable last_n = {last}")
    for name in (*DRAWS, *(f"{entity}_line" for entity in COLUMNS)):
        select = (FOLDER / f"{name}.sql").read_text()
        con.execute(f"create or replace temp table {name} as {select}")


def append_rows(con, entity, part):
    "Append the chunk's lines of one entity, the ragged ones last; returns their number"
    piece = part.with_suffix(".piece")
    columns = ", ".join(COLUMNS[entity].split())
    plain_lines = f"select {columns} from {entity}_line where not is_ragged"
    (plain,) = con.execute(
        f"copy ({plain_lines}) to ? (format csv, header false)", [str(piece)]
    ).fetchone()
    ragged = con.execute(f"select {columns} from {entity}_line where is_ragged").fetchall()
    with part.open("ab") as whole, piece.open("rb") as lines:
        shutil.copyfileobj(lines, whole, 1 << 20)
    with part.open("a", newline="", encoding="utf-8") as whole:
        csv.writer(whole, lineterminator="\n").writerows(map(made_ragged, ragged))
    piece.unlink()
    return plain + len(ragged)


def made_ragged(row):
    "A row whose last column is lost, or one column too long, as an unquoted comma leaves it"
    return (
        row[:-1]
        if len(row[0] or "") and int(row[0][-1]) % 2
        else (*row[:3], "second half", *row[3:])
    )

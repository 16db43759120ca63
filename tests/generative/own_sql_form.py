"""A population as one CSV of all that happened, its cells packed into one and its days as 31.12.2025, read by a site's own SELECTs."""

from tests.generative.decorations import decorated
from tests.generative.table_forms import HEADER, table

PACKED = {  # the columns of each entity, as they stand in CELLS with a bar between them
    "patient": ("birth_date", "sex", "deceased_on", "merged_into"),
    "lab_result": (
        "result_id", "accession_id", "code", "code_system", "value", "unit", "status", "specimen", "collected_at", "reported_at",
    ),
    "medication": ("medication_id", "code", "code_system", "name", "start_on", "end_on", "status", "route"),
    "condition": ("condition_id", "code", "code_system", "onset_on", "abated_on", "status"),
    "procedure": ("procedure_id", "code", "code_system", "performed_on", "status"),
}  # fmt: skip
DAYS = ("birth_date", "deceased_on", "start_on", "end_on", "onset_on", "abated_on", "performed_on", "collected_at")  # fmt: skip


def own_sql_files():
    "The profile `by_select` and its SELECTs, by file name"
    selects = ", ".join(f"{entity}: {entity}.sql" for entity in PACKED)
    profile = HEADER + (
        "profile: by_select\nfiles: {event: ['events*.csv']}\npatient_columns: {event: PATIENT}\n"
        f"columns:\n  event:\n    required: [PATIENT, KIND, CELLS]\n    sql: {{{selects}}}\n"
    )
    return {"by_select.yaml": profile} | {f"{entity}.sql": _select(entity) for entity in PACKED}


def _select(entity):
    cells = []
    for place, name in enumerate(PACKED[entity], 1):
        cell = f"split_part(cells, '|', {place})"
        cells.append((f"to_iso({cell}, 'dmy')" if name in DAYS else cell) + f" as {name}")
    return f"select line, patient as patient_id, {', '.join(cells)}\nfrom delivered where kind = '{entity}'\n"


def as_own_sql(rows, random):
    events = [{"PATIENT": "p0", "KIND": "call", "CELLS": "missed"}]  # of no entity
    for entity, names in PACKED.items():
        for row in rows[entity]:
            cells = decorated(random, row)
            shown = [
                _day_first(row[name]) if name in DAYS and row[name] else cells[name]
                for name in names
            ]
            events.append({"PATIENT": cells["patient_id"], "KIND": entity, "CELLS": "|".join(shown)})  # fmt: skip
    return [("by_select", "events.csv", table(events[0], events))]


def _day_first(day):
    "31.12.2025, 12/2025 and 2025; with a time 31.12.2025 08:30:00"
    date, _, time = day.rstrip("Z").partition("T")
    parts = date.split("-")[::-1]
    return (".".join(parts) if len(parts) == 3 else "/".join(parts)) + (f" {time}" if time else "")

"""A population as wide CSV: one row a patient, day and time, a column for each test, drug, diagnosis and operation. What a column has
beside it (an id, a status) stands in columns of its own; a correction is a further row of that day."""

from tests.generative.decorations import decorated, decorated_id
from tests.generative.population import CONDITIONS, LABS, MEDICATIONS, PROCEDURES
from tests.generative.table_forms import HEADER, table


def _coded(prefix, codes):
    return {f"{prefix}{number}": {"code": code, "code_system": system} for number, (code, system) in enumerate(codes)}  # fmt: skip


TESTS = dict.fromkeys((code, unit) for code, unit, _ in LABS)
WIDE = {  # entity -> column -> what it stands for
    "lab_result": {f"LAB{number}": {"code": code, "unit": unit} for number, (code, unit) in enumerate(TESTS)},
    "medication": _coded("DRUG", [(code, "RXNORM") for code, _ in MEDICATIONS]),
    "condition": _coded("DX", CONDITIONS),
    "procedure": _coded("OP", PROCEDURES),
}  # fmt: skip
BESIDE = {
    "lab_result": ("result_id", "accession_id", "status", "reported_at"),
    "medication": ("medication_id", "name", "status", "end_on", "route"),
    "condition": ("condition_id", "status", "abated_on"),
    "procedure": ("procedure_id", "status"),
}
DAY = {"medication": "start_on", "condition": "onset_on", "procedure": "performed_on"}
COLUMNS = [
    "PATIENT", "DAY", "TIME",
    *(name for entity, columns in WIDE.items() for column in columns
      for name in (column, *(f"{column}_{beside}" for beside in BESIDE[entity]))),
]  # fmt: skip


def wide_profile():
    "The profile `by_day`, as YAML"
    lines = [HEADER + "profile: by_day\nfiles: {patient: ['people*.csv'], visit: ['visits*.csv']}\ncolumns:\n"
        "  patient: {required: [patient_id, birth_date, sex, deceased_on, merged_into]}\n  visit:\n    split:\n"]  # fmt: skip
    for entity, columns in WIDE.items():
        shared = "patient_id: PATIENT"
        shared += ", collected_at: [DAY, TIME]" if entity == "lab_result" else ""
        lines.append(f"      {entity}:\n        required: {{{shared}}}\n        wide:\n")
        for column, codes in columns.items():
            cells = {name: f"{column}_{name}" for name in BESIDE[entity]}
            cells |= {DAY[entity]: column} if entity in DAY else {}
            said = ", ".join(f"{name}: '{text}'" for name, text in codes.items())
            beside = ", ".join(f"{name}: {cell}" for name, cell in cells.items())
            lines.append(f"          {column}: {{{said}, columns: {{{beside}}}}}\n")
    return "".join(lines)


def as_wide(rows, random):
    visits = [{"PATIENT": "p0", "DAY": "2026-01-05"}]  # without any result: of no entity
    free = {}  # (patient, day, time) -> its rows
    for entity, columns in WIDE.items():
        for row in rows[entity]:
            [column] = [name for name, codes in columns.items() if codes.items() <= row.items()]
            key = _visit_of(entity, row)
            of_day = free.setdefault(key, [])
            visit = next((found for found in of_day if column not in found), None)
            if visit is None:
                visit = dict(zip(("PATIENT", "DAY", "TIME"), (decorated_id(random, key[0]), *key[1:]), strict=True))  # fmt: skip
                of_day.append(visit)
                visits.append(visit)
            visit |= _cells(random, entity, row, column)
    deliveries = [("by_day", "visits.csv", table(COLUMNS, visits))]
    if people := [decorated(random, row) for row in rows["patient"]]:
        deliveries.append(("by_day", "people.csv", table(people[0], people)))
    return deliveries


def _visit_of(entity, row):
    "A record of which no day is known stands in a row without a day"
    if entity == "lab_result":
        return row["patient_id"], row["collected_at"][:10], row["collected_at"][11:-1]
    day = row[DAY[entity]]
    return row["patient_id"], day if len(day) == len("2026-01-05") else "", ""


def _cells(random, entity, row, column):
    cells = decorated(random, row)
    # an empty cell is not a result: a correction to nothing says so in words
    said = cells["value"] or "see comment" if entity == "lab_result" else row[DAY[entity]]
    return {column: said} | {f"{column}_{name}": cells[name] for name in BESIDE[entity]}

"""The records of an example patient, drawn as text tables: canonical columns, and two short ways to
name a code."""

from functools import cache

from pipeline.protocol.concepts import common_concepts
from pipeline.protocol.tables import code_rows, vocabulary

COLUMNS = {  # of the canonical extracts, but for the patient's id, contact and merges
    "patient": ("birth_date", "sex", "deceased_on", "site", "opted_out", "recorded_at", "status"),
    "lab_result": (
        "result_id", "accession_id", "code", "code_system", "name", "value", "unit", "status",
        "specimen", "collected_at", "reported_at", "reference_low", "reference_high",
        "abnormal_flag", "performing_lab", "method", "comment", "unit_printed",
    ),
    "medication": (
        "medication_id", "code", "code_system", "name", "start_on", "end_on", "days_supply",
        "status", "route", "strength_mg", "recorded_at",
    ),
    "condition": (
        "condition_id", "code", "code_system", "name", "onset_on", "abated_on", "status",
        "recorded_by", "recorded_at",
    ),
    "procedure": (
        "procedure_id", "code", "code_system", "name", "performed_on", "status", "recorded_at",
    ),
}  # fmt: skip
REQUIRED = {
    "patient": (), "lab_result": ("value", "collected_at"), "medication": ("start_on",),
    "condition": ("onset_on",), "procedure": ("performed_on",),
}  # fmt: skip
SHORT = {  # what may stand in place of code and code_system
    "lab_result": "analyte", "medication": "concept", "condition": "concept",
    "procedure": "concept",
}  # fmt: skip
SYSTEMS = {  # of the code that stands for a concept: the first that has one
    "medication": ("RXNORM", "ATC", "UNII", "NDC", "BNF"),
    "condition": (
        "SNOMEDCT", "ICD10CM", "ICD10", "ICD9CM", "READ2", "FHIR-DIET", "LOCAL",
    ),
    "procedure": ("SNOMEDCT", "CPT4", "HCPCS", "ICD10PCS", "ICD9PROC", "OPCS4"),
}  # fmt: skip
VITAMIN_B12 = ("RXNORM", "11248")  # of no form: see sql/staging/vitamin_b12_form.sql


def parse(text):
    """The (names of the columns, rows as dicts) of a text table: a head, then rows, cells divided
    by bars. A blank cell is left out, ¦ is a bar inside a cell, a line of hyphens says nothing."""
    head, *body = _rows_of_cells(text) or [[]]
    return head, [
        {name: cell for name, cell in zip(head, row, strict=False) if cell} for row in body
    ]


def _rows_of_cells(text):
    lines = [line for line in text.splitlines() if not set(line) <= set("-+| \t")]
    return [[cell.strip().replace("¦", "|") for cell in line.split("|")] for line in lines]


def table_problems(entity, text):
    """What is wrong with a table of an entity, each as a sentence without an end."""
    if not isinstance(text, str):
        yield "is not a text table: begin it with | and write it below, indented"
        return
    head, rows = parse(text)
    yield from _head_problems(entity, head)
    if any(len(row) > len(head) for row in _rows_of_cells(text)):
        yield "has a row with more cells than the head"
    yield from _short_problems(entity, rows)


def _head_problems(entity, head):
    short = SHORT.get(entity)
    known = [*COLUMNS[entity], *([short] if short else [])]
    for name in head:
        if name not in known:
            yield f"has the column {name or '(empty)'}, which is none of {', '.join(known)}"
    if len(set(head)) < len(head):
        yield "has two columns of one name"
    for name in REQUIRED[entity]:
        if name not in head:
            yield f"has no column {name}"
    if short and short not in head and "code" not in head:
        yield f"has neither the column {short} nor code"


def _short_problems(entity, rows):
    short = SHORT.get(entity)
    for value in dict.fromkeys(row[short] for row in rows if short in row):
        if not _codes(entity, value):
            yield f"names the {short} {value}, for which protocol/codes has no {entity} code"
    if any(short in row and "code" in row for row in rows):
        yield f"has a row with both {short} and code"


def canonical_rows(entity, text):
    """The rows of a sound table as those of a canonical extract: what is said in short has become
    a code, chosen always alike, and an analyte without a unit has its canonical one."""
    return [_canonical(entity, row) for row in parse(text)[1]]


def _canonical(entity, row):
    short = SHORT.get(entity)
    if short not in row:
        return row
    cells = {name: cell for name, cell in row.items() if name != short}
    system, code, unit = code_of(entity, row[short], cells.get("unit"))
    if entity == "lab_result":
        cells = {"unit": unit, **cells}
    return {**cells, "code_system": system, "code": code}


def code_of(entity, name, unit=None):
    """(system, code, unit) of a test or concept that has one, always alike: the first of its codes;
    of a test, the first whose code is of mass or molar, as its unit is. unit: of a test, its
    canonical one where it is None."""
    unit = unit or (_analytes()[name]["unit"] if entity == "lab_result" else None)
    codes = _codes(entity, name)
    basis = next((row["basis"] for row in vocabulary("unit")
                  if row["analyte"] == name and row["unit"] == unit), None)  # fmt: skip
    fits = [code for code, wording in codes if wording == basis]
    return (*(fits or [code for code, _ in codes])[0], unit)


def has_code(entity, name, *, is_only=False):
    """Whether a test or concept has a code of an entity. is_only: in a code system of that entity
    alone."""
    shared = [*SYSTEMS["condition"], *SYSTEMS["procedure"]] if entity != "lab_result" else []
    return any(not is_only or shared.count(system) < 2 for (system, _), _ in _codes(entity, name))


def is_analyte(name):
    """Whether this is a test of `analytes.csv`."""
    return name in _analytes()


@cache
def _analytes():
    return {row["analyte"]: row for row in vocabulary("analyte")}


@cache
def _codes(entity, value):
    "The ((system, code), wording) of a concept or analyte, the best first"
    known = common_concepts()
    if entity == "lab_result":
        named = [row for row in known.values() if (row.fact, row.means) == ("lab", value)]
        names, systems = [row.concept for row in named], ("LOINC",)
        if value not in _analytes():
            return ()
    else:
        row = known.get(value)
        names, systems = ([] if row is None or row.fact == "lab" else [value]), SYSTEMS[entity]
    found = [
        ((system, code), known[concept].wording)
        for system in systems
        for concept, code_system, code in _plain_codes()
        if concept in names and code_system == system
    ]
    shared = _shared_codes()
    return tuple(sorted(found, key=lambda each: each[0] in shared))  # stable: file order


@cache
def _plain_codes():
    "(concept, system, code); a code that stands for all that begin so is one of them"
    return tuple(
        (
            "b12_form_unknown" if (system, code) == VITAMIN_B12 else str(concept),
            str(system),
            str(code).rstrip("*"),
        )
        for concept, system, code, *_ in code_rows()
    )


@cache
def _shared_codes():
    "(system, code) of those that several concepts have: one of them would say more than is meant"
    seen, shared = {}, set()
    for concept, system, code in _plain_codes():
        if seen.setdefault((system, code), concept) != concept:
            shared.add((system, code))
    return shared

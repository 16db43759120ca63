"""One abstract population from a seed: its rows as a source delivers them over time, and as they stand in the end. The people are invented.

Every form of delivery is written from it. A result, a record of a medicine, a diagnosis or a procedure has one or two versions: what is
taken back or replaced is among the rows, and is not among those that stand.
"""

from dataclasses import dataclass
from random import Random

DAYS = (
    "2022-05-01", "2024-06-30", "2025-03-01", "2025-09-20", "2025-12-01", "2026-01-05", "2026-01-20",
)  # fmt: skip
BIRTHS = ("1950-03-02", "1950-03", "1950", "2014-05-05", "2014-05", "2014", "2008-02", "2008", "")
LABS = (  # LOINC, unit, values; the unit as UCUM or in a known spelling, which every form can carry
    ("2132-9", "pg/mL", ("110", "179.9", "203", "250", "350.1", "900", "<150", "<200", "<400", ">2000", ">=350", "<=180")),
    ("2132-9", "PG/ML", ("165", "<150", ">=350")), ("14685-2", "pmol/L", ("81", "133", "150", "221", "259", "<111")),
    ("2132-9", "ng/dL", ("165",)), ("2132-9", "", ("165", "<150")),
    ("2132-9", "pg/mL", ("pending", "150-200", "9999999", "１５０", "＜150", "1_65", "~150")),
    ("13964-2", "nmol/L", ("200", "271", "271.1", "900", "<300")), ("13964-2", "umol/L", ("0.2", "0.28")),
    ("72160-5", "pmol/L", ("20", "25", "80")), ("13965-9", "umol/L", ("8", "10")),
    ("98979-8", "mL/min/{1.73_m2}", ("40", "60", "95")), ("31444-3", "", ("positive", "negative")), ("718-7", "g/dL", ("9", "15")),
    ("2093-3", "mg/dL", ("180",)),
)  # fmt: skip
WORDS = ("hemolyzed", "see comment", "QNS")
HISTORIES = (  # the status and kind of value of each version, the later reported later; which of them stands
    *[([("final", "value")], 0)] * 4,
    ([("corrected", "value")], 0),
    ([("preliminary", "value")], None),
    ([("preliminary", "value"), ("final", "other")], 1),
    ([("final", "value"), ("final", "other")], 1),
    ([("final", "value"), ("corrected", "other")], 1),
    ([("final", "value"), ("corrected", "word")], None),
    ([("final", "value"), ("cancelled", "word")], None),
    ([("final", "value"), ("cancelled", "nothing")], None),
    ([("final", "value"), ("entered-in-error", "value")], None),
    ([("final", "value"), ("entered-in-error", "nothing")], None),
    ([("corrected", "word"), ("corrected", "value")], 1),
    ([("corrected", "word")], None),
)
MEDICATIONS = (
    ("6809", "metformin"), ("7646", "omeprazole"), ("5514", "hydroxocobalamin"), ("11248", "cyanocobalamin"), ("4511", "folic acid"),
)  # fmt: skip
CONDITIONS = (
    ("84027009", "SNOMEDCT"), ("25064002", "SNOMEDCT"), ("37796009", "SNOMEDCT"), ("E11.42", "ICD10CM"), ("N18.4", "ICD10CM"),
)  # fmt: skip
PROCEDURES = (("43644", "CPT4"), ("43770", "CPT4"), ("J3420", "HCPCS"), ("82607", "CPT4"))
RECORDS = {  # entity: statuses of its records, and whether such a record stands
    "medication": (("active", True), ("completed", True), ("on-hold", False)),
    "condition": (("active", True), ("active", True), ("refuted", False)),
    "procedure": (("completed", True), ("completed", True), ("not-done", False)),
}  # fmt: skip


@dataclass(frozen=True)
class Population:
    """Rows by entity, in the canonical columns: as delivered over time, and those that stand in the end, of the patient who is left
    of a merge. seed: of what the forms choose at random."""

    rows: dict
    standing: dict
    seed: int


def population(seed, patients=60):
    """Some of everything for each patient; every eighth row is delivered twice."""
    random = Random(seed)
    rows = {"patient": [], "lab_result": [], "medication": [], "condition": [], "procedure": []}
    standing = {entity: [] for entity in rows}
    for number in range(patients):
        patient = _patient(random, f"p{number}", rows["patient"])
        rows["patient"].append(patient)
        if patient["merged_into"] == patient["patient_id"]:
            standing["patient"].append(patient)
        for entity, versions, kept in _records(random, patient["patient_id"]):
            rows[entity] += versions
            stands = [] if kept is None else [versions[kept]]
            standing[entity] += [row | {"patient_id": patient["merged_into"]} for row in stands]
    twice = {entity: some + random.sample(some, len(some) // 8) for entity, some in rows.items()}
    return Population(twice, standing, seed)


def _patient(random, patient, others):
    into = random.choice(others[:3]) if others and random.random() < 0.15 else None
    if into and into["merged_into"] == into["patient_id"]:  # one and the same person
        return into | {"patient_id": patient, "merged_into": into["patient_id"]}
    return {
        "patient_id": patient, "birth_date": random.choice(BIRTHS), "sex": random.choice(("female", "male")),
        "deceased_on": random.choice(("",) * 8 + ("2025-01-01", "2025", "2024-11")), "merged_into": patient,
    }  # fmt: skip


def _records(random, patient):
    "(entity, versions, which of them stands) of each result and record"
    for number in range(random.choice((0, 2, 4, 6, 9))):
        yield ("lab_result", *_result(random, patient, number))
    for entity, make in (
        ("medication", _medication), ("condition", _condition), ("procedure", _procedure),
    ):  # fmt: skip
        for number in range(random.choice((0, 1, 1, 2))):
            status, stands = random.choice(RECORDS[entity])
            record = make(random, patient, number, status) | {"status": status}
            if random.random() < 0.2:
                yield entity, [record, record | {"status": "entered-in-error"}], None
            else:
                yield entity, [record], 0 if stands else None


def _result(random, patient, number):
    code, unit, values = random.choice((*LABS[:3], *LABS))  # usable B12 more often than the others
    history, kept = random.choice(HISTORIES)
    collected, at = random.choice(DAYS), random.choice(("T08:30:00Z", "T08:30:00Z", ""))
    said = {
        "value": random.choice(values), "other": random.choice(values), "word": random.choice(WORDS), "nothing": "",
    }  # fmt: skip
    return [
        {
            "patient_id": patient, "result_id": f"{patient}r{number}", "accession_id": f"{patient}a{number}", "code": code,
            "code_system": "LOINC", "value": said[kind], "unit": unit, "status": status, "specimen": "SER",
            "collected_at": collected + at, "reported_at": f"{collected}T1{version}:00:00Z",
        }
        for version, (status, kind) in enumerate(history)
    ], kept  # fmt: skip


def _medication(random, patient, number, status):
    code, name = random.choice(MEDICATIONS)
    start, end = sorted(random.sample(DAYS, 2))
    if status == "active":  # what is completed has an end: OMOP has no other word for it
        end = random.choice((end, ""))
    return {
        "patient_id": patient, "medication_id": f"{patient}m{number}", "code": code, "code_system": "RXNORM", "name": name,
        "start_on": start, "end_on": end, "route": random.choice(("oral", "im")),
    }  # fmt: skip


def _condition(random, patient, number, _):
    code, system = random.choice(CONDITIONS)
    start, end = sorted(random.sample(DAYS, 2))
    return {
        "patient_id": patient, "condition_id": f"{patient}c{number}", "code": code, "code_system": system,
        "onset_on": random.choice((start, start, start[:7], start[:4])), "abated_on": random.choice(("", "", end)),
    }  # fmt: skip


def _procedure(random, patient, number, _):
    code, system = random.choice(PROCEDURES)
    day = random.choice(DAYS)
    return {
        "patient_id": patient, "procedure_id": f"{patient}x{number}", "code": code, "code_system": system,
        "performed_on": random.choice((day, day, day[:7], day[:4])),
    }  # fmt: skip

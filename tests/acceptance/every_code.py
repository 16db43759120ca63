"""Every row of protocol/codes as one delivery of each format that can carry it: one patient a row, one file an entity."""

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core import PROTOCOL
from pipeline.protocol.tables import vocabulary
from tests.clinic import UNITS
from tests.command import as_csv

DAY = "2026-01-05"
DRUG_FILES = ("acid_suppressants", "b12_therapy", "folic_acid", "metformin", "other_drugs")
ENTITY_OF = {
    "LOINC": "lab_result", "RXNORM": "medication", "ATC": "medication", "UNII": "medication", "NDC": "medication", "BNF": "medication",
    "NAME": "medication", "CPT4": "procedure", "HCPCS": "procedure", "ICD10PCS": "procedure", "ICD9PROC": "procedure", "OPCS4": "procedure",
}  # fmt: skip
VALUES = {
    "total_b12": 300, "active_b12": 50, "mma": 300, "homocysteine": 12, "folate": 8, "haemoglobin": 13, "mcv": 90, "creatinine": 1, "egfr": 80,
}  # fmt: skip
OMOP = {
    "LOINC": "LOINC", "RXNORM": "RxNorm", "ATC": "ATC", "UNII": "UNII", "NDC": "NDC", "BNF": "BNF", "SNOMEDCT": "SNOMED", "CPT4": "CPT4", "HCPCS": "HCPCS",
    "ICD10PCS": "ICD10PCS", "ICD9PROC": "ICD9Proc", "OPCS4": "OPCS4", "ICD10CM": "ICD10CM", "ICD10": "ICD10", "ICD9CM": "ICD9CM", "READ2": "Read",
}  # fmt: skip
DAYS = {"medication": "start_on", "condition": "onset_on", "procedure": "performed_on"}


@dataclass(frozen=True)
class Row:
    """A row of protocol/codes: whose patient `patient` is; `code` as a feed sends it, of a row with * one that it covers."""

    patient: str
    concept: str
    system: str
    code: str
    entity: str
    analyte: str | None

    @property
    def value(self):
        return str(VALUES.get(self.analyte, "positive"))

    @property
    def unit(self):
        return UNITS.get(self.analyte, "")


@cache
def rows():
    """Every Row, of codes and of names."""
    analytes = {
        row["concept"]: row["means"] for row in vocabulary("concept") if row["fact"] == "lab"
    }
    found = []
    for path in sorted((PROTOCOL / "codes").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                system = row.get("code_system") or "NAME"
                kind = "medication" if path.stem in DRUG_FILES else "condition"
                entity, code = ENTITY_OF.get(system, kind), row.get("code") or row["name"]
                code = _covered(system, code)
                analyte = analytes.get(row["concept"])
                found.append(
                    Row(str(len(found) + 1), row["concept"], system, code, entity, analyte)
                )
    return found


def _covered(system, code):
    if not code.endswith("*"):
        return code
    return code[:-1] + {"NDC": "25", "READ2": "00", "LOCAL": "25"}.get(system, "")


def of(entity, among=None):
    return [
        row for row in rows() if row.entity == entity and (among is None or row.system in among)
    ]


def as_canonical(folder):
    """The canonical extracts."""
    files = {}
    for entity in ("lab_result", "medication", "condition", "procedure"):
        files[f"{entity}.csv"] = as_csv([
            {"patient_id": row.patient, "code": row.code, "code_system": row.system}
            | ({"value": row.value, "unit": row.unit, "collected_at": DAY} if entity == "lab_result" else {DAYS[entity]: DAY})
            for row in of(entity)
        ])  # fmt: skip
    return _written(folder, files)


@cache
def uris():
    """For each system the address that FHIR knows it by; its name where it has none."""
    aliases = {}
    for row in vocabulary("code_system"):
        if row["alias"].startswith("HTTP") or row["code_system"] not in aliases:
            aliases.setdefault(row["code_system"], row["alias"])
        if row["alias"].startswith("HTTP") and not aliases[row["code_system"]].startswith("HTTP"):
            aliases[row["code_system"]] = row["alias"]
    return {
        system: alias.lower() if alias.startswith("HTTP") else alias
        for system, alias in aliases.items()
    }


def as_fhir(folder):
    """FHIR R4 resources as NDJSON."""
    lines = [json.dumps(_resource(row)) for row in rows()]
    return _written(folder, {"everything.ndjson": "\n".join(lines) + "\n"})


def _resource(row):
    subject = {"reference": f"Patient/{row.patient}"}
    concept = {"coding": [{"system": uris()[row.system], "code": row.code}]}
    if row.system == "NAME":
        concept = {"text": row.code}
    base = {"id": row.patient, "subject": subject}
    if row.entity == "lab_result":
        value = (
            {"valueQuantity": {"value": float(row.value), "unit": row.unit}}
            if row.unit
            else {"valueString": row.value}
        )
        return (
            base
            | {
                "resourceType": "Observation",
                "status": "final",
                "code": concept,
                "effectiveDateTime": DAY,
            }
            | value
        )
    return base | {
        "medication": {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": concept, "effectiveDateTime": DAY},
        "condition": {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "active"}]}, "code": concept, "onsetDateTime": DAY},
        "procedure": {"resourceType": "Procedure", "status": "completed", "code": concept, "performedDateTime": DAY},
    }[row.entity]  # fmt: skip


def as_hl7v2(folder):
    """HL7 v2 messages: one a lab result, its code in OBX-3."""
    messages = []
    for row in of("lab_result"):
        kind = "NM" if row.unit else "ST"
        messages += [
            "MSH|^~\\&|LAB|HOSP|||20260105080000+0000||ORU^R01|1|P|2.5.1", f"PID|1||{row.patient}^^^HOSP^MR", "OBR|1|||x^panel^L|||20260105080000+0000",
            f"OBX|1|{kind}|{row.code}^a test^LN||{row.value}|{row.unit.replace('^', '')}|||||F|||20260105080000+0000",
        ]  # fmt: skip
    return _written(folder, {"messages.hl7": "\r".join(messages) + "\r"})


def as_omop(folder):
    """OMOP CDM tables with a CONCEPT of their own; British drugs in the vocabulary dm+d."""
    codes = [row for row in rows() if row.system in OMOP]
    concepts = [
        {"concept_id": 2_000_000_000 + int(row.patient), "concept_name": "x", "concept_code": row.code,
         "vocabulary_id": "dm+d" if row.system == "SNOMEDCT" and row.entity == "medication" else OMOP[row.system]}
        for row in codes
    ]  # fmt: skip
    tables = {"concept.csv": as_csv(concepts)}
    for entity, (table, name) in _OMOP_TABLES.items():
        tables[f"{table}.csv"] = as_csv([
            {"person_id": row.patient, f"{name}_concept_id": 2_000_000_000 + int(row.patient) if row.system in OMOP else 0}
            | _omop_cells(row, name)
            for row in of(entity, [*OMOP, "NAME"])
        ])  # fmt: skip
    return _written(folder, tables)


_OMOP_TABLES = {
    "lab_result": ("measurement", "measurement"), "medication": ("drug_exposure", "drug"), "condition": ("condition_occurrence", "condition"),
    "procedure": ("procedure_occurrence", "procedure"),
}  # fmt: skip


def _omop_cells(row, name):
    if row.entity == "lab_result":
        number = row.value if row.unit else ""
        return {
            "measurement_date": DAY,
            "value_as_number": number,
            "unit_source_value": row.unit,
            "value_source_value": row.value,
        }
    if row.entity == "medication":
        return {
            "drug_exposure_start_date": DAY,
            "drug_source_value": row.code if row.system == "NAME" else "",
        }
    return {"condition_start_date" if row.entity == "condition" else "procedure_date": DAY}


MEDS_PREFIX = {  # tests go by the LOINC parents of their codes, drugs by name, ICD codes without dots
    "ICD9CM": "DIAGNOSIS//ICD//9//",
    "ICD10CM": "DIAGNOSIS//ICD//10//",
    "ICD9PROC": "PROCEDURE//ICD//9//",
    "ICD10PCS": "PROCEDURE//ICD//10//",
}
MEDS = (*MEDS_PREFIX, "LOINC", "NAME")


def as_meds(folder):
    """MEDS events with metadata/codes.parquet."""
    carried = [row for row in rows() if row.system in MEDS]
    codes = {row.patient: _meds_code(row) for row in carried}
    events = [
        {"subject_id": int(row.patient), "time": datetime.fromisoformat(DAY), "code": codes[row.patient], "numeric_value": float(row.value) if row.unit else None,
         "text_value": None if row.unit else row.value}
        for row in carried
    ]  # fmt: skip
    parents = {
        codes[row.patient]: [f"LOINC/{row.code}"] if row.system == "LOINC" else []
        for row in carried
    }
    (folder / "data").mkdir(parents=True)
    (folder / "metadata").mkdir()
    pq.write_table(pa.Table.from_pylist(events), folder / "data" / "0.parquet")
    described = [
        {"code": code, "description": "x", "parent_codes": of_code}
        for code, of_code in parents.items()
    ]
    schema = pa.schema(
        {"code": pa.string(), "description": pa.string(), "parent_codes": pa.list_(pa.string())}
    )
    pq.write_table(
        pa.Table.from_pylist(described, schema=schema), folder / "metadata" / "codes.parquet"
    )
    return folder


def _meds_code(row):
    if row.system == "LOINC":
        return f"LAB//{row.patient}//{row.unit or 'UNK'}"
    if row.system == "NAME":
        return f"MEDICATION//START//{row.code}"
    return MEDS_PREFIX[row.system] + row.code.replace(".", "")


def _written(folder, files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder

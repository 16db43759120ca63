"""One abstract population, written as canonical CSV, as HL7 v2 messages beside CSV, and as FHIR NDJSON. The people are invented."""

import json
from pathlib import Path

from hypothesis import strategies as st

from pipeline.ingest.ingest import ingest_file
from tests.generative.deliveries import RECEIVED_AT, written

DAYS = (
    "2022-05-01",
    "2024-06-30",
    "2025-03-01",
    "2025-09-20",
    "2025-12-01",
    "2026-01-05",
    "2026-01-20",
)
LABS = (  # LOINC, unit, values; the unit as UCUM, which every form can carry
    ("2132-9", "pg/mL", ("110", "179.9", "203", "250", "350.1", "900", "<150", "<200", "<400", ">2000", ">=350")),
    ("14685-2", "pmol/L", ("81", "133", "150", "221", "259")), ("2132-9", "ng/dL", ("165",)), ("2132-9", "", ("165",)),
    ("2132-9", "pg/mL", ("pending", "150-200", "9999999")), ("13964-2", "nmol/L", ("200", "271", "271.1", "900", "<300")),
    ("13964-2", "umol/L", ("0.2", "0.28")), ("72160-5", "pmol/L", ("20", "25", "80")), ("13965-9", "umol/L", ("8", "10")),
    ("98979-8", "mL/min/{1.73_m2}", ("40", "60", "95")), ("31444-3", "", ("positive", "negative")), ("718-7", "g/dL", ("9", "15")),
    ("2093-3", "mg/dL", ("180",)),
)  # fmt: skip
STATUSES = {
    "final": "F",
    "corrected": "C",
    "preliminary": "P",
    "entered-in-error": "W",
    "cancelled": "X",
}
MEDICATIONS = (
    ("6809", "metformin"),
    ("7646", "omeprazole"),
    ("5514", "hydroxocobalamin"),
    ("11248", "cyanocobalamin"),
    ("4511", "folic acid"),
)
CONDITIONS = (
    ("84027009", "SNOMEDCT"),
    ("25064002", "SNOMEDCT"),
    ("37796009", "SNOMEDCT"),
    ("E11.42", "ICD10CM"),
    ("N18.4", "ICD10CM"),
)
PROCEDURES = (("43644", "CPT4"), ("43770", "CPT4"), ("J3420", "HCPCS"), ("82607", "CPT4"))
SYSTEMS = {
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm", "SNOMEDCT": "http://snomed.info/sct", "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "CPT4": "http://www.ama-assn.org/go/cpt", "HCPCS": "urn:oid:2.16.840.1.113883.6.285",
}  # fmt: skip
days = st.sampled_from(DAYS)


@st.composite
def results(draw, patient):
    "One or two versions of one result, or of two"
    number = draw(st.sampled_from(("r1", "r2", "r3")))
    code, unit, values = draw(st.sampled_from(LABS))
    collected = draw(days)
    return [
        {
            "patient_id": patient, "result_id": f"{patient}{number}{code}", "accession_id": f"{patient}{number}{code}", "code": code, "code_system": "LOINC",
            "value": draw(st.sampled_from(values)), "unit": unit, "status": draw(st.sampled_from(("final", *STATUSES))), "specimen": "SER",
            "collected_at": f"{collected}T08:30:00Z", "reported_at": f"{collected}T1{version}:00:00Z",
        }
        for version in range(draw(st.integers(1, 2)))
    ]  # fmt: skip


@st.composite
def people(draw, patient):
    start, end = sorted((draw(days), draw(days)))
    code, name = draw(st.sampled_from(MEDICATIONS))
    condition, system = draw(st.sampled_from(CONDITIONS))
    procedure, of = draw(st.sampled_from(PROCEDURES))
    return {
        "patient": [{"patient_id": patient, "birth_date": draw(st.sampled_from(("1950-03-02", "2014-05-05"))), "sex": "female",
            "deceased_on": draw(st.sampled_from(("", "", "", "2025-01-01"))), "merged_into": draw(st.sampled_from((patient, patient, patient, "p0")))}],
        "lab_result": [row for rows in draw(st.lists(results(patient), max_size=4, unique_by=lambda rows: rows[0]["result_id"])) for row in rows],
        "medication": draw(st.sampled_from(([], [{
            "patient_id": patient, "medication_id": f"{patient}m", "code": code, "code_system": "RXNORM", "name": name, "start_on": start, "end_on": end,
            "status": draw(st.sampled_from(("active", "completed", "entered-in-error", "on-hold"))), "route": draw(st.sampled_from(("oral", "im")))}]))),
        "condition": draw(st.sampled_from(([], [{
            "patient_id": patient, "condition_id": f"{patient}c", "code": condition, "code_system": system, "onset_on": start,
            "abated_on": draw(st.sampled_from(("", end))), "status": draw(st.sampled_from(("active", "refuted", "entered-in-error")))}]))),
        "procedure": draw(st.sampled_from(([], [{
            "patient_id": patient, "procedure_id": f"{patient}x", "code": procedure, "code_system": of, "performed_on": start,
            "status": draw(st.sampled_from(("completed", "not-done")))}]))),
    }  # fmt: skip


@st.composite
def populations(draw):
    "Rows by entity"
    everyone = [draw(people(f"p{number}")) for number in range(draw(st.integers(8, 14)))]
    return {
        entity: [row for person in everyone for row in person[entity]] for entity in everyone[0]
    }


def as_csv(population):
    "(source, file name, text) of each delivery"
    return [
        ("canonical", f"{entity}.csv", written(entity, rows)) for entity, rows in population.items()
    ]


def as_hl7(population):
    "Results as ORU messages, one each; everything else as CSV"
    messages = "\r".join(
        _message(row, number) for number, row in enumerate(population["lab_result"])
    )
    others = {entity: rows for entity, rows in population.items() if entity != "lab_result"}
    return [
        *as_csv(others),
        *([("hl7v2", "results.hl7", messages + "\r")] if population["lab_result"] else []),
    ]


def _message(row, number):
    collected, reported = (
        row[name].translate(str.maketrans("", "", "-:TZ")) + "+0000"
        for name in ("collected_at", "reported_at")
    )
    kind = "NM" if row["value"].replace(".", "").isdigit() else "ST"
    return "\r".join((
        f"MSH|^~\\&|LAB|HOSP|||{reported}||ORU^R01|{number}|P|2.5.1",
        f"PID|1||{row['patient_id']}^^^HOSP^MR",
        f"OBR|1||{row['accession_id']}|{row['code']}^^LN|||{collected}|||||||||||||||{reported}|||F",
        f"OBX|1|{kind}|{row['code']}^^LN||{row['value']}|{row['unit']}|||||{STATUSES[row['status']]}|||{collected}",
        f"SPM|1|||{row['specimen']}^Serum^HL70487",
    ))  # fmt: skip


def as_fhir(population):
    "Everything as one NDJSON; what no resource can name, an end of a merge for one, as FHIR has it"
    made = {
        "patient": _patient,
        "lab_result": _observation,
        "medication": _request,
        "condition": _condition,
        "procedure": _procedure,
    }
    resources = [made[entity](row) for entity, rows in population.items() for row in rows]
    return [
        (
            "fhir_r4",
            "everything.ndjson",
            "".join(json.dumps(resource) + "\n" for resource in resources),
        )
    ]


def _resource(kind, identity, patient, **parts):
    return {
        "resourceType": kind,
        "id": identity,
        "subject": {"reference": f"Patient/{patient}"},
        **{name: part for name, part in parts.items() if part},
    }


def _concept(code, system, name=None):
    return {
        "coding": [{"system": SYSTEMS[system], "code": code, **({"display": name} if name else {})}]
    }


def _patient(row):
    link = (
        [{"other": {"reference": f"Patient/{row['merged_into']}"}, "type": "replaced-by"}]
        if row["merged_into"] != row["patient_id"]
        else []
    )
    death = (
        {"deceasedDateTime": row["deceased_on"]}
        if row["deceased_on"]
        else {"deceasedBoolean": False}
    )
    return {
        "resourceType": "Patient",
        "id": row["patient_id"],
        "birthDate": row["birth_date"],
        "gender": row["sex"],
        **death,
        **({"link": link} if link else {}),
    }


def _observation(row):
    sign = next((sign for sign in (">=", "<=", "<", ">") if row["value"].startswith(sign)), "")
    number = row["value"].removeprefix(sign)
    unit = (
        {"unit": row["unit"], "system": "http://unitsofmeasure.org", "code": row["unit"]}
        if row["unit"]
        else {}
    )
    is_number = number.replace(".", "").isdigit()
    value = {"valueQuantity": {"value": float(number) if "." in number else int(number), **({"comparator": sign} if sign else {}), **unit}} if is_number else {
        "valueString": row["value"]}  # fmt: skip
    return _resource(
        "Observation", row["result_id"], row["patient_id"], status=row["status"], code={"coding": [{"system": "http://loinc.org", "code": row["code"]}]},
        effectiveDateTime=row["collected_at"], issued=row["reported_at"],
        specimen={"reference": f"Specimen/{row['accession_id']}", "display": "serum"}, **value,
    )  # fmt: skip


def _request(row):
    route = {
        "coding": [
            {
                "system": "http://snomed.info/sct",
                "code": {"oral": "26643006", "im": "78421000"}[row["route"]],
                "display": row["route"],
            }
        ]
    }
    return _resource(
        "MedicationStatement", row["medication_id"], row["patient_id"], status=row["status"], medicationCodeableConcept=_concept(row["code"], "RXNORM", row["name"]),
        effectivePeriod={"start": row["start_on"], "end": row["end_on"]}, dosage=[{"route": route}],
    )  # fmt: skip


def _condition(row):
    ended = {"clinicalStatus": {"coding": [{"code": "active"}]}}
    verified = {"active": "confirmed"}.get(row["status"], row["status"])
    return _resource(
        "Condition", row["condition_id"], row["patient_id"], code=_concept(row["code"], row["code_system"]), onsetDateTime=row["onset_on"],
        abatementDateTime=row["abated_on"], verificationStatus={"coding": [{"code": verified}]}, **ended,
    )  # fmt: skip


def _procedure(row):
    return _resource(
        "Procedure", row["procedure_id"], row["patient_id"], status=row["status"], code=_concept(row["code"], row["code_system"]),
        performedDateTime=row["performed_on"],
    )  # fmt: skip


def ingested(home, folder, deliveries, prefix=""):
    """Write and ingest each delivery; returns the accounts."""
    accounts = []
    for source, name, text in deliveries:
        path = Path(folder) / f"{home.root.name}-{prefix}{name}"
        path.write_text(text, encoding="utf-8", newline="")
        accounts.append(
            ingest_file(home, path=path, source=source, name=name, received_at=RECEIVED_AT)
        )
    return accounts

"""A population as FHIR R4 resources in one NDJSON."""

import json

from tests.generative.decorations import NOTHING, SPELLINGS, decorated_code, decorated_id, in_parts

SYSTEMS = {
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm", "SNOMEDCT": "http://snomed.info/sct", "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "CPT4": "http://www.ama-assn.org/go/cpt", "HCPCS": "urn:oid:2.16.840.1.113883.6.285",
}  # fmt: skip
ROUTES = {"oral": "26643006", "im": "78421000"}


def as_fhir(rows, random):
    made = {
        "patient": _patient, "lab_result": _observation, "medication": _statement, "condition": _condition, "procedure": _procedure,
    }  # fmt: skip
    resources = [made[entity](random, row) for entity, some in rows.items() for row in some]
    resources.append(
        {"resourceType": "Encounter", "id": "e", "status": "finished"}
    )  # of a kind that is not read
    text = "".join(json.dumps(resource, ensure_ascii=False) + "\n" for resource in resources)
    return [("fhir_r4", "everything.ndjson", text)]


def _resource(random, kind, identity, patient, **parts):
    return {
        "resourceType": kind,
        "id": decorated_id(random, identity),
        "subject": {"reference": f"Patient/{decorated_id(random, patient)}"},
        **{name: part for name, part in parts.items() if part},
    }


def _concept(random, code, system, name=None):
    return {
        "coding": [
            {
                "system": SYSTEMS[system],
                "code": decorated_code(random, code),
                **({"display": name} if name else {}),
            }
        ]
    }


def _patient(random, row):
    merged = row["merged_into"] != row["patient_id"]
    other = {"reference": f"Patient/{decorated_id(random, row['merged_into'])}"}
    death = (
        {"deceasedDateTime": row["deceased_on"]}
        if row["deceased_on"]
        else random.choice(
            ({"deceasedBoolean": False}, {"deceasedDateTime": random.choice(NOTHING)}, {})
        )
    )
    return {
        "resourceType": "Patient",
        "id": decorated_id(random, row["patient_id"]),
        "birthDate": row["birth_date"] or random.choice(NOTHING),
        "gender": row["sex"],
        **death,
        **({"link": [{"other": other, "type": "replaced-by"}]} if merged else {}),
    }


def _observation(random, row):
    return _resource(
        random, "Observation", row["result_id"], row["patient_id"], status=row["status"], code={"coding": [{"system": "http://loinc.org", "code": decorated_code(random, row["code"])}]},
        effectiveDateTime=row["collected_at"], issued=row["reported_at"],
        specimen={"reference": f"Specimen/{decorated_id(random, row['accession_id'])}", "display": "serum"}, **_value(random, row),
    )  # fmt: skip


def _value(random, row):
    sign, number = in_parts(row["value"])
    if not row["value"]:
        return {"dataAbsentReason": {"coding": [{"code": "error"}]}}
    if sign is None:
        return {"valueString": row["value"]}
    unit = (
        {"unit": row["unit"], "system": "http://unitsofmeasure.org", "code": row["unit"]}
        if row["unit"]
        else random.choice(({}, {"unit": random.choice(NOTHING)}))
    )
    comparators = [
        spelling
        for spelling in SPELLINGS[sign]
        if not spelling.strip().isupper() and "THAN" not in spelling
    ]
    comparator = {"comparator": random.choice(comparators)} if sign else {}
    return {
        "valueQuantity": {
            "value": float(number) if "." in number else int(number),
            **comparator,
            **unit,
        }
    }


def _statement(random, row):
    coding = {"system": SYSTEMS["SNOMEDCT"], "code": ROUTES[row["route"]], "display": row["route"]}
    return _resource(
        random, "MedicationStatement", row["medication_id"], row["patient_id"], status=row["status"],
        medicationCodeableConcept=_concept(random, row["code"], "RXNORM", row["name"]),
        effectivePeriod={"start": row["start_on"], "end": row["end_on"] or random.choice(NOTHING)},
        dosage=[{"route": {"coding": [coding]}}],
    )  # fmt: skip


def _condition(random, row):
    verified = {"active": "confirmed"}.get(row["status"], row["status"])
    return _resource(
        random, "Condition", row["condition_id"], row["patient_id"], code=_concept(random, row["code"], row["code_system"]), onsetDateTime=row["onset_on"],
        abatementDateTime=row["abated_on"] or random.choice(NOTHING), verificationStatus={"coding": [{"code": verified}]},
        clinicalStatus={"coding": [{"code": "active"}]},
    )  # fmt: skip


def _procedure(random, row):
    return _resource(
        random, "Procedure", row["procedure_id"], row["patient_id"], status=row["status"], code=_concept(random, row["code"], row["code_system"]),
        performedDateTime=row["performed_on"],
    )  # fmt: skip

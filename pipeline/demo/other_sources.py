"""Demonstration deliveries of two further sources, of patients whom only these know: a laboratory
that sends results alone, and a practice whose codes are its own.

They show what is unknown of such patients, which one source that delivers everything cannot.
"""

import json
from datetime import timedelta
from pathlib import Path

B12_VALUES = (520, 310, 165, 240, 410, 690)  # pg/mL; the patients take them in turn


def write_laboratory(out: Path, *, patients: int, as_of) -> dict[str, int]:
    """Write results.hl7 into a folder, one ORU^R01 message with a B12 result for each patient, and
    return how many"""
    messages = "".join(_message(number, as_of) for number in range(1, patients + 1))
    return _write(out / "results.hl7", messages, {"message": patients})


def write_practice(out: Path, *, patients: int, as_of) -> dict[str, int]:
    """Write practice.ndjson into a folder, four FHIR resources for each patient, and return how
    many of each type

    Medications and conditions carry a code system that is not known, and no names.
    """
    kinds = (_patient, _b12, _medication, _condition)
    rows = [kind(number, as_of) for number in range(1, patients + 1) for kind in kinds]
    counts = {row["resourceType"]: patients for row in rows}
    return _write(out / "practice.ndjson", "".join(f"{json.dumps(row)}\n" for row in rows), counts)


def _write(path, text, counts):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return counts


def _message(number, as_of):
    day = f"{as_of - timedelta(days=1 + number % 5):%Y%m%d}"
    born, sex = f"{1940 + number % 60}0615", "FM"[number % 2]
    segments = (
        rf"MSH|^~\&|LAB|DEMO|CLINIC|DEMO|{day}1500||ORU^R01|L{number:05}|P|2.5.1",
        f"PID|1||LAB{number:05}^^^DEMO^MR||{number:05}^Demo Patient||{born}|{sex}",
        f"OBR|1||S{number:05}|2132-9^Vitamin B12^LN|||{day}0900|||||||||||||||{day}1400|||F",
        f"OBX|1|NM|2132-9^Vitamin B12^LN||{_value(number)}|pg/mL|||||F",
    )
    return "".join(f"{segment}\r" for segment in segments)


def _patient(number, _as_of):
    return {
        "resourceType": "Patient",
        "id": _practice_id(number),
        "gender": ("female", "male")[number % 2],
        "birthDate": f"{1940 + number % 60}-06-15",
        "name": [{"text": f"Demo Patient {_practice_id(number)}"}],
        "telecom": [{"system": "phone", "value": f"555-01{number % 100:02}"}],
    }


def _b12(number, as_of):
    return _of(number, "Observation") | {
        "code": _coded("http://loinc.org", "2132-9"),
        "status": "final",
        "effectiveDateTime": str(as_of - timedelta(days=1 + number % 6)),
        "valueQuantity": {"value": _value(number), "unit": "pg/mL"},
    }


def _medication(number, as_of):
    return _of(number, "MedicationStatement") | {
        "medicationCodeableConcept": _coded("urn:demo:practice:drugs", f"D{number % 7}"),
        "status": "active",
        "effectivePeriod": {"start": str(as_of - timedelta(days=400))},
    }


def _condition(number, as_of):
    return _of(number, "Condition") | {
        "code": _coded("urn:demo:practice:problems", f"P{number % 5}"),
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "onsetDateTime": str(as_of - timedelta(days=700)),
    }


def _of(number, resource_type):
    return {
        "resourceType": resource_type,
        "id": f"{resource_type.lower()}-{number:05}",
        "subject": {"reference": f"Patient/{_practice_id(number)}"},
    }


def _coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def _practice_id(number):
    return f"PRACTICE{number:05}"


def _value(number):
    return B12_VALUES[number % len(B12_VALUES)]


OTHER_SOURCES = {"hl7v2": write_laboratory, "fhir_r4": write_practice}

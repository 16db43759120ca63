"""Where a rejected row is at fault: the canonical column, the field of the delivery that it comes
from, and the key of the profile that reads it otherwise."""

from dataclasses import dataclass

from pipeline.profiles.table import names_of

DAYS = {
    "lab_result": "collected_at", "medication": "start_on", "condition": "onset_on",
    "procedure": "performed_on",
}  # fmt: skip
COLUMNS = {  # reason -> canonical column; of a day it depends on the entity
    "missing_patient_id": "patient_id", "id_in_scientific_notation": "patient_id",
    "missing_code": "code", "code_in_scientific_notation": "code", "missing_unit": "unit",
    "unknown_unit": "unit", "wrong_scale_unit": "unit", "unit_contradiction": "unit",
    "empty_value": "value", "not_a_number": "value", "pending_or_cancelled_text": "value",
    "range_or_ratio": "value", "implausible_value": "value", "wrong_specimen": "specimen",
}  # fmt: skip
OF_DAYS = ("missing_date", "bad_date", "future_date")
HL7 = {
    "code": "OBX-3", "value": "OBX-5", "unit": "OBX-6", "specimen": "SPM-4, OBR-15",
    "status": "OBX-11, OBR-25", "reference_low": "OBX-7", "reference_high": "OBX-7",
    "comment": "NTE-3", "birth_date": "PID-7", "sex": "PID-8", "deceased_on": "PID-29",
    "merged_into": "MRG-1", "recorded_at": "MSH-7",
}  # fmt: skip
HL7_CONTACT = {
    "name": "PID-5", "phone": "PID-13, PID-14", "email": "PID-13, PID-14",
    "preferred_language": "PID-15", "postcode_area": "PID-11",
    "registered_clinician": "PD1-4, PV1-8, PV1-7", "ethnicity": "PID-22",
}  # fmt: skip
FHIR = {
    ("lab_result", "patient_id"): "Observation.subject", ("lab_result", "code"): "Observation.code",
    ("lab_result", "value"): "Observation.value[x]",
    ("lab_result", "unit"): "Observation.valueQuantity.code, .unit",
    ("lab_result", "specimen"): "Observation.specimen",
    ("lab_result", "collected_at"): "Observation.effective[x], Specimen.collection",
    ("medication", "patient_id"): "subject of the resource",
    ("medication", "code"): "medication[x]",
    ("medication", "start_on"): "authoredOn, effective[x], whenHandedOver",
    ("condition", "patient_id"): "Condition.subject", ("condition", "code"): "Condition.code",
    ("condition", "onset_on"): "Condition.onset[x], .recordedDate",
    ("procedure", "patient_id"): "Procedure.subject", ("procedure", "code"): "Procedure.code",
    ("procedure", "performed_on"): "Procedure.performed[x]",
    ("patient", "patient_id"): "Patient.id", ("patient", "birth_date"): "Patient.birthDate",
    ("patient", "deceased_on"): "Patient.deceased[x]",
    ("patient", "name"): "Patient.name", ("patient", "phone"): "Patient.telecom",
    ("patient", "email"): "Patient.telecom",
    ("patient", "preferred_language"): "Patient.communication",
    ("patient", "postcode_area"): "Patient.address.postalCode",
    ("patient", "registered_clinician"): "Patient.generalPractitioner",
    ("patient", "ethnicity"): "Patient.extension",
}  # fmt: skip
KEYS = {  # reason -> format -> the keys that may cure it
    "missing_patient_id": {
        "table": "columns", "hl7v2": "patient_id.from, patient_id.authority, patient_id.type",
        "fhir": "patient_id.identifier_system, patient_id.base_url",
    },
    "missing_code": {"table": "columns, code_pattern"},
    "missing_date": {
        "table": "columns, date_from", "hl7v2": "collected_from", "fhir": "issued_as_collected",
    },
    "bad_date": {"table": "date_order", "hl7v2": "collected_from"},
    "future_date": {"table": "date_order, time_zone", "hl7v2": "time_zone", "fhir": "time_zone"},
    "missing_unit": {"table": "columns, unit_of, value_pattern"},
    "unknown_unit": dict.fromkeys(("table", "shipped", "hl7v2", "fhir", "meds"), "maps"),
    "not_a_number": {"table": "decimal_mark, thousands_mark, value_pattern"},
    "range_or_ratio": {"table": "value_pattern"},
    "wrong_specimen": {"table": "words.specimen"},
    "ragged_row": {"table": "dialect", "hl7v2": "trailers"},
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """column: canonical, None where the whole row is at fault. field: its name in the delivery, as
    `ANALYSE` or `OBX-5`. key: the keys of the profile that may cure it, joined by commas."""

    column: str | None
    field: str | None
    key: str | None


def fault_of(profile, entity, reason, column=None):
    """The Fault of a rejected row, or of a cell that was left out (with its column)."""
    column = column or (DAYS.get(entity) if reason in OF_DAYS else COLUMNS.get(reason))
    form = "shipped" if profile.selects_folder and profile.format == "table" else profile.format
    key = KEYS.get(reason, {}).get(form)
    return Fault(column, field_of(profile, entity, column) if column else None, key)


def field_of(profile, entity, column):
    """Where a canonical column stands in what a source delivers: a column's name, a field of HL7,
    an element of FHIR; several joined by commas. None where that is not known."""
    if profile.format == "hl7v2":
        by_profile = {
            "patient_id": profile.patient_id.positions,
            "collected_at": profile.collected_from,
        }
        fields = HL7 | HL7_CONTACT if entity == "patient" else HL7
        return ", ".join(by_profile[column]) if column in by_profile else fields.get(column)
    if profile.format == "fhir":
        return FHIR.get((entity, column))
    if profile.format != "table" or profile.selects_folder:
        return None
    names = [
        name
        for kind in profile.columns
        for part_entity, part in profile.parts_of(kind).items()
        if part_entity == entity and column in part.all
        for name in names_of(part.all[column])
    ]
    return ", ".join(dict.fromkeys(names)) or None

"Where a rejected row is at fault: the field of the delivery, and the key of the profile that may cure it"

import csv
from pathlib import Path

import pytest

from pipeline.core import ENTITIES, Home
from pipeline.profiles import canonical_tables, fault_of, read_profile
from pipeline.profiles.fields import COLUMNS, DAYS, FHIR, HL7, KEYS, OF_DAYS

HOME = Home(Path("none"))


def profile(tmp_path, text):
    (tmp_path / "own.yaml").write_text(f"profile: own\n{text}\n", encoding="utf-8")
    return read_profile(tmp_path / "own.yaml", HOME)


@pytest.mark.parametrize(("name", "entity", "reason", "field", "key"), [
    ("canonical", "lab_result", "unknown_unit", "unit", "maps"), ("canonical", "medication", "bad_date", "start_on", "date_order"),
    ("example_site", "lab_result", "not_a_number", "ERGEBNIS", "decimal_mark, thousands_mark, value_pattern"),
    ("hl7v2", "lab_result", "missing_patient_id", "PID-3, PID-2", "patient_id.from, patient_id.authority, patient_id.type"),
    ("hl7v2", "lab_result", "missing_date", "OBX-14, OBR-7, SPM-17, OBR-14", "collected_from"), ("hl7v2", "lab_result", "implausible_value", "OBX-5", None),
    ("fhir_r4", "condition", "missing_date", "Condition.onset[x], .recordedDate", "issued_as_collected"), ("fhir_r4", "lab_result", "unknown_unit", "Observation.valueQuantity.code, .unit", "maps"),
    ("omop_cdm", "lab_result", "unknown_unit", None, "maps"), ("omop_cdm", "lab_result", "missing_date", None, None), ("canonical", "lab_result", "ragged_row", None, "dialect"), ("hl7v2", "lab_result", "ragged_row", None, "trailers"),
])  # fmt: skip
def test_the_field_and_the_key_in_each_format(name, entity, reason, field, key):
    fault = fault_of(read_profile(name, HOME), entity, reason)
    assert (fault.field, fault.key) == (field, key)


def test_a_profile_that_looks_elsewhere_is_quoted(tmp_path):
    laboratory = profile(
        tmp_path, "extends: hl7v2\npatient_id: {from: [PID-4]}\ncollected_from: [OBR-22]"
    )
    assert fault_of(laboratory, "lab_result", "missing_patient_id").field == "PID-4"
    assert fault_of(laboratory, "lab_result", "future_date").field == "OBR-22"


def test_a_cell_that_was_left_out_has_its_own_column():
    fault = fault_of(read_profile("hl7v2", HOME), "patient", "blanked", "birth_date")
    assert (fault.column, fault.field) == ("birth_date", "PID-7")


def test_the_lists_name_reasons_and_columns_of_the_protocol_alone():
    text = Path("protocol/rejections.csv").read_text(encoding="utf-8")
    reasons = {row["reason"] for row in csv.DictReader(text.splitlines())}
    assert {*COLUMNS, *OF_DAYS, *KEYS} <= reasons
    assert reasons - {*COLUMNS, *OF_DAYS} == {"ragged_row", "blanked"}
    tables = canonical_tables()
    columns = {name for entity in ENTITIES for name in tables[entity].all} | {"recorded_at"}
    assert {*COLUMNS.values(), *DAYS.values(), *HL7} <= columns
    assert all(column in tables[entity].all for entity, column in FHIR)

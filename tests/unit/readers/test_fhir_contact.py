"FHIR R4: what a Patient says for display alone."

import json

import pytest

from pipeline.core.config import CONTACT
from tests.unit.readers import test_fhir

con, read = test_fhir.con, test_fhir.read  # fixtures
US = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
UK = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
FULL = {
    "name": [
        {"use": "maiden", "text": "Ann Maiden"},
        {"use": "usual", "given": ["Annie"], "family": "Example"},
        {"use": "official", "prefix": ["Ms"], "given": ["Ann", "Mary"], "family": "Example"},
    ],
    "telecom": [
        {"system": "fax", "value": "1"},
        {"system": "phone", "value": "020 7946 0001", "use": "home"},
        {"system": "phone", "value": "tel:020 7946 0002", "use": "mobile"},
        {"system": "email", "value": "ann@example.org"},
    ],
    "communication": [
        {"language": {"coding": [{"code": "fr"}]}},
        {"language": {"coding": [{"code": "de-AT"}]}, "preferred": True},
    ],
    "address": [{"use": "old", "postalCode": "1"}, {"use": "home", "postalCode": "SW1A 1AA"}],
    "generalPractitioner": [{"reference": "Organization/1"}, {"reference": "Practitioner/7", "display": "Dr Demo"}],
    "extension": [
        {"url": f"{US}race", "extension": [{"url": "text", "valueString": "White"}]},
        {"url": f"{US}ethnicity", "extension": [{"url": "ombCategory", "valueCoding": {"display": "Not Hispanic"}}]},
    ],
}  # fmt: skip
SAID = {
    "name": "Ms Ann Mary Example", "phone": "020 7946 0002", "email": "ann@example.org", "preferred_language": "de-AT",
    "postcode_area": "SW1A 1AA", "registered_clinician": "Dr Demo", "ethnicity": "White, Not Hispanic",
}  # fmt: skip


def said(read, *more, **elements):
    "The columns that are not empty"
    found = read([{"resourceType": "Patient", "id": "ann"} | elements, *more])
    [patient] = [row for row in found["patient"] if row["patient_id"] == "ann"]
    return {name: patient[name] for name in CONTACT if patient[name] is not None}


def test_all_that_a_patient_says(read):
    assert said(read, **FULL) == SAID


def test_in_a_bundle_too(read):
    entry = {"resource": {"resourceType": "Patient", "id": "ann"} | FULL}
    [patient] = read({"resourceType": "Bundle", "type": "collection", "entry": [entry]})["patient"]
    assert {name: patient[name] for name in CONTACT} == SAID


@pytest.mark.parametrize(
    ("element", "value", "column", "wanted"),
    [
        ("name", [{"text": "Ann"}, {"text": "Ann B", "use": "official", "period": {"end": "2020"}}], "name", "Ann"),
        ("name", [{"family": "Old", "use": "old"}], "name", None),
        ("name", {"text": "no list"}, "name", None),
        ("name", ["Ann"], "name", None),
        ("telecom", [{"system": "phone", "value": "2", "rank": 2, "use": "mobile"}, {"system": "sms", "value": "1", "rank": 1}], "phone", "1"),
        ("telecom", [{"system": "phone", "value": "1", "use": "old"}], "phone", None),
        ("telecom", [{"system": "phone", "value": 17}], "phone", "17"),
        ("communication", [{"language": {"text": "Deutsch"}}], "preferred_language", "Deutsch"),
        ("address", [{"postalCode": "10115"}], "postcode_area", "10115"),
        ("generalPractitioner", [{"reference": "Practitioner/none"}], "registered_clinician", None),
        ("extension", [{"url": UK, "valueCodeableConcept": {"coding": [{"code": "A", "display": "British"}]}}], "ethnicity", "British"),
        ("extension", [{"url": "other", "valueString": "x"}], "ethnicity", None),
    ],
)  # fmt: skip
def test_of_several_the_one_that_counts(read, element, value, column, wanted):
    assert said(read, **{element: value}).get(column) == wanted


def test_the_clinician_is_in_the_patient_or_in_the_file(read):
    name = [{"prefix": ["Dr"], "family": "Demo"}]
    contained = [{"resourceType": "Practitioner", "id": "gp", "name": name}]
    pointing = [{"reference": "#gp"}]
    inside = said(read, contained=contained, generalPractitioner=pointing)
    assert inside == {"registered_clinician": "Dr Demo"}
    practitioner = {"resourceType": "Practitioner", "id": "7", "name": name}
    odd = practitioner | {"id": "8", "modifierExtension": [{"url": "x", "valueString": "y"}]}
    pointing = [{"reference": "https://fhir.example/r4/Practitioner/7"}]
    beside = said(read, practitioner, odd, generalPractitioner=pointing)
    assert beside == {"registered_clinician": "Dr Demo"}


def test_a_patient_without_them_says_nothing(read):
    assert said(read) == {}
    assert json.dumps(said(read, name=[], telecom=[], extension=[])) == "{}"

"Whose a resource is, where several patients are near: by the reader's number, by references, by nothing else"

import json

import pytest

from pipeline.core.config import Home
from pipeline.erasure.search import in_delivered
from pipeline.profiles import read_profile

BY_ID = read_profile("fhir_r4")
BY_NUMBER = BY_ID.model_copy(update={"patient_id": BY_ID.patient_id.model_copy(update={"identifier_system": "urn:mrn"})})  # fmt: skip


def left(tmp_path, resources, *, profile=BY_ID, patient="gone"):
    "The resources of a file after its patient was erased; None for one that went"
    path = tmp_path / "x.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in resources))
    found = in_delivered(Home(tmp_path), path, profile=profile, kind="resource", ids=[patient])
    if found.records:
        found.cut(path)
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    return [each if each.get("code") != {"text": "erased"} else None for each in kept]


def person(number, *, system="urn:mrn", key):
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"system": system, "value": number}],
    }


def test_a_number_of_another_system_is_not_the_patients(tmp_path):
    resources = [person("gone", system="urn:other", key="a"), person("gone", key="b")]
    resources[0]["identifier"].append({"system": "urn:mrn", "value": "kept"})
    assert left(tmp_path, resources, profile=BY_NUMBER) == [resources[0], None]


def test_a_patient_of_whom_no_number_is_known_goes_by_any(tmp_path):
    resources = [person("gone", system="urn:other", key="a"), person("kept", key="b")]
    assert left(tmp_path, resources, profile=BY_NUMBER) == [None, resources[1]]


@pytest.mark.parametrize("kind", ["Encounter", "Appointment"])
def test_of_a_kind_that_is_not_read_what_points_to_others_too_stays(tmp_path, kind):
    def of(*people):
        return {
            "resourceType": kind,
            "participant": [{"actor": {"reference": f"Patient/{each}"}} for each in people],
        }

    resources = [of("gone"), of("gone", "kept"), of("kept"), of()]
    assert left(tmp_path, resources) == [None, *resources[1:]]


def test_an_observation_of_another_patient_may_name_the_erased(tmp_path):
    about = {
        "resourceType": "Observation",
        "subject": {"reference": "Patient/kept"},
        "performer": [{"reference": "Patient/gone"}],
    }
    mine = {
        **about,
        "subject": {"reference": "Patient/gone"},
        "performer": [{"reference": "Patient/kept"}],
    }
    assert left(tmp_path, [about, mine]) == [about, None]


@pytest.mark.parametrize(
    "text",
    ['"reference": "Patient\\/gone"', '"reference": "http://x/fhir/Patient/gone/_history/2"'],
)
def test_however_a_reference_is_written(tmp_path, text):
    path = tmp_path / "x.ndjson"
    lines = [f'{{"resourceType": "Encounter", "subject": {{{text}}}}}', '{"resourceType": "Basic"}']
    path.write_text("\n".join(lines) + "\n")
    found = in_delivered(Home(tmp_path), path, profile=BY_ID, kind="resource", ids=["gone"])
    assert found.records == 1


def observed(**subject):
    return {"resourceType": "Observation", "subject": subject}


def test_a_number_with_spaces_is_the_number_that_the_lake_has(tmp_path):
    by_identifier = observed(identifier={"system": "urn:mrn", "value": "943 476 5919"})
    resources = [person("943 476 5919", key="a"), by_identifier, observed(reference="Patient/a"), person("943 476 5870", key="b")]  # fmt: skip
    left_there = left(tmp_path, resources, profile=BY_NUMBER, patient="9434765919")
    assert left_there == [None, None, None, resources[3]]


def test_what_pointed_to_two_people_points_to_the_other_one_afterwards_and_therefore_goes(tmp_path):
    "A result that could have been of either was rejected; without the erased it would be the neighbour's"
    shared = {"system": "urn:x", "value": "777"}
    people = [person("gone", key="a"), person("kept", key="b")]
    for each in people:
        each["identifier"].append(shared)
    resources = [*people, observed(identifier=shared), observed(reference="Patient/b")]
    assert left(tmp_path, resources, profile=BY_NUMBER) == [None, people[1], None, resources[3]]

"""A Patient can stand anywhere in FHIR: within Parameters, contained, in what a server answered. Erased, the record goes or the place is named."""

import json

from pipeline.core.config import Home
from pipeline.lake.queries import query
from tests.command import b12
from tests.generative.test_erasure import holding

GONE, STAYS = "ANNA4711", "BERT4711"
MRN = "http://hospital.example/mrn"


def patient(number, **more):
    return {"resourceType": "Patient", "id": number, "birthDate": "1950-01-01", **more}


def result(number, **more):
    return {
        "resourceType": "Observation", "status": "final", "id": f"o-{number.lower()}x", "effectiveDateTime": "2026-01-10",
        "subject": {"reference": f"Patient/{number}"}, "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]},
        "valueQuantity": {"value": 110, "unit": "pg/mL"}, **more,
    }  # fmt: skip


def parameters(*resources):
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "in", "resource": one} for one in resources],
    }


def bundle(*resources):
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources],
    }


OF_THEM_ALONE = {
    "in Parameters": parameters(patient(GONE)),
    "in a part of Parameters": {"resourceType": "Parameters", "parameter": [{"name": "a", "part": [{"name": "b", "resource": patient(GONE)}]}]},
    "in a Bundle in Parameters": parameters(bundle(patient(GONE), result(GONE))),
    "contained in a List": {"resourceType": "List", "status": "current", "mode": "working", "contained": [patient(GONE)], "entry": [{"item": {"reference": f"#{GONE}"}}]},
    "in a Composition": {"resourceType": "Composition", "status": "final", "subject": {"reference": f"Patient/{GONE}"}, "title": "x"},
    "contained in an Observation without a subject": {**result(GONE), "subject": None, "contained": [patient(GONE)]},
    "in a Bundle in a Bundle": bundle(bundle(patient(GONE), result(GONE))),
    "as the outcome of a request": {"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "200", "outcome": patient(GONE)}}]},
    "as the location of a request": {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": {"status": "201 Created", "location": f"Patient/{GONE}/_history/1"}}]},
    "as the address of an entry": {"resourceType": "Bundle", "type": "history", "entry": [{"fullUrl": f"https://fhir.example/Patient/{GONE}", "response": {"status": "204"}}]},
}  # fmt: skip
BESIDE_OTHERS = {
    "Parameters": parameters(patient(GONE), patient(STAYS)),
    "a Bundle in Parameters": parameters(bundle(patient(STAYS), result(STAYS), patient(GONE))),
    "contained beside the subject": result(STAYS, contained=[patient(GONE)], id="o-2"),
}


def delivered(tmp_path, resources, profile="fhir_r4", people=None):
    "People, then each resource, a line each"
    people = people or [patient(GONE), result(GONE), patient(STAYS), result(STAYS)]
    (tmp_path / "in").mkdir()
    lines = [json.dumps(one) + "\n" for one in (*people, *resources.values())]
    (tmp_path / "in" / "all.ndjson").write_text("".join(lines))
    home = Home(tmp_path / "home")
    answer = b12(home.root, "ingest", tmp_path / "in", "--source", profile)
    assert answer.code == 0, answer.err
    return home, len(people)


def those_who_stay(home):
    rows = query(
        home,
        f"select * exclude (place, row_key) from lake.lab_result where patient_id = '{STAYS}'",
    )
    return sorted(map(str, rows))


def where(home, resources, before):
    "The resources of which the archive still holds the id"
    [archived] = home.archive.rglob("*.ndjson")
    lines = archived.read_text().splitlines()[before:]
    return {name for name, line in zip(resources, lines, strict=True) if GONE in line}


def test_a_record_that_is_of_them_alone_goes(tmp_path):
    home, before = delivered(tmp_path, OF_THEM_ALONE)
    assert where(home, OF_THEM_ALONE, before) == set(OF_THEM_ALONE)
    rows = those_who_stay(home)
    answer = b12(home.root, "erase", GONE, "--yes")
    assert answer.code == 0, answer.err
    assert where(home, OF_THEM_ALONE, before) == set() and holding(home.root, GONE) == []
    assert "still stands" not in answer.out
    assert b12(home.root, "reingest").code == 0
    assert those_who_stay(home) == rows and len(rows) >= 1


def test_a_record_that_is_of_others_too_is_named_and_stays(tmp_path):
    home, before = delivered(tmp_path, BESIDE_OTHERS)
    rows = those_who_stay(home)
    answer = b12(home.root, "erase", GONE, "--yes")
    assert answer.code == 0, answer.err
    assert where(home, BESIDE_OTHERS, before) == set(BESIDE_OTHERS)
    assert "still stands" in answer.out and f": {len(BESIDE_OTHERS)} from line 5" in answer.out
    assert those_who_stay(home) == rows


def numbered(number, mrn):
    return patient(number, identifier=[{"system": MRN, "value": mrn}])


def test_where_identifiers_are_the_numbers_a_patient_within_goes_by_them(tmp_path):
    profile = {"extends": "fhir_r4", "profile": "mrn", "patient_id": {"identifier_system": MRN}}
    (tmp_path / "mrn.yaml").write_text(json.dumps(profile))
    people = [numbered("p1", GONE), result("p1"), numbered("p2", STAYS), result("p2")]
    others = "whose own id is another's number"
    within = {"by number": numbered("p9", GONE), others: numbered(GONE, "M-OTHER")}
    within = {name: parameters(one) for name, one in within.items()}
    home, before = delivered(tmp_path, within, tmp_path / "mrn.yaml", people)
    answer = b12(home.root, "erase", GONE, "--yes")
    assert answer.code == 0, answer.err
    assert where(home, within, before) == {others} and "still stands" in answer.out

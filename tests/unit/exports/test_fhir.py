"The FHIR bundle: validated by fhir.resources (its R4B models; Task, DetectedIssue and ServiceRequest are those of R4)"

import io
import json

import pytest
from fhir.resources.R4B.bundle import Bundle

from pipeline import exports
from pipeline.exports.fhir import STATUS
from tests.clinic import pack
from tests.exported import META, item, row


def bundle(*rows, meta=META):
    out = io.BytesIO()
    exports.write("fhir", rows, out, meta=meta)
    Bundle.model_validate_json(out.getvalue())
    return json.loads(out.getvalue())


def resources(*rows, kind=None, **given):
    found = [entry["resource"] for entry in bundle(*rows, **given)["entry"]]
    return [one for one in found if kind in (None, one["resourceType"])]


def loincs(**said):
    return [
        one["code"]["coding"][0]["code"] for one in resources(row(**said), kind="ServiceRequest")
    ]


def test_an_empty_worklist_is_a_bundle():
    "FHIR's JSON knows no empty list"
    assert bundle() == {key: value for key, value in bundle(row()).items() if key != "entry"}


def test_a_task_proposes_and_names_no_one():
    [task] = resources(row(priority=1, next_step="TREAT_IM_NEURO"), kind="Task")
    assert (task["intent"], task["status"], task["priority"]) == ("proposal", "requested", "asap")
    assert task["for"] == {
        "type": "Patient",
        "identifier": {"system": "urn:b12-screening:patient-id", "value": "ann"},
    }
    assert task["code"]["coding"][0]["code"] == "TREAT_IM_NEURO"
    assert task["description"] == "MMA is missing."
    assert task["authoredOn"] == "2026-01-31"
    assert task["note"][0]["text"] == "Cites SEED §H" and META.notice in task["note"][1]["text"]


@pytest.mark.parametrize(
    ("priority", "word"),
    [(1, "asap"), (2, "urgent"), (3, "routine"), (4, "routine"), (0, "routine")],
)
def test_priorities_keep_the_order_that_fhir_gives_them(priority, word):
    assert resources(row(priority=priority), kind="Task")[0]["priority"] == word


@pytest.mark.parametrize("status", STATUS)
def test_every_status_of_an_item(status):
    found = resources(item(status=status, assignee="kim"))
    assert found[0]["status"] == STATUS[status]
    assert found[0]["owner"] == {"display": "kim"}
    assert found[0]["businessStatus"] == {"text": status.replace("_", " ")}
    goes_on = status in ("open", "assigned", "contacted", "referred", "unreachable", "snoozed")
    assert [one["resourceType"] for one in found[1:]] == ["ServiceRequest"] * goes_on


@pytest.mark.parametrize("priority", [None, 0])
def test_who_was_never_listed_has_no_priority(priority):
    [task] = resources(
        item(status="off_list", priority=priority, next_step=None, rule=None, reason=None),
        kind="Task",
    )
    assert "of 4" not in json.dumps(task) and task["priority"] == "routine"


def test_an_alert_is_a_detected_issue():
    because = next(
        one["because"] for one in pack().raw["safety"] if one["outcome"] == "FOLATE_BEFORE_B12"
    )
    found = resources(
        row(safety=["FOLATE_BEFORE_B12"], reason=f"MMA is missing. {because}"), kind="DetectedIssue"
    )
    [issue] = found
    assert (issue["status"], issue["severity"], issue["detail"]) == ("preliminary", "high", because)
    assert issue["code"]["coding"] == [
        {"system": "urn:b12-screening:alert", "code": "FOLATE_BEFORE_B12"}
    ]
    assert issue["evidence"] == [{"code": [{"text": "B12 250 pg/mL on 2026-01-05"}]}]


@pytest.mark.parametrize("alert", sorted({one["outcome"] for one in pack().raw["safety"]}))
def test_every_alert_of_the_protocol_has_words_and_a_severity(alert):
    [issue] = resources(row(safety=[alert]), kind="DetectedIssue")
    assert issue["detail"] != alert and issue["severity"] in ("high", "moderate", "low")


def test_missing_tests_are_drafts_of_proposals():
    [request] = resources(row(), kind="ServiceRequest")
    assert (request["intent"], request["status"]) == ("proposal", "draft")
    assert request["code"]["coding"] == [{"system": "http://loinc.org", "code": "13964-2"}]
    assert request["supportingInfo"] == [{"reference": bundle(row())["entry"][0]["fullUrl"]}]


def test_a_task_never_says_that_nothing_is_due_of_a_patient_with_an_alert():
    said = row(next_step="NO_ACTION", action="THERAPY_LAPSED", safety=["THERAPY_LAPSED"])
    [task] = resources(said, kind="Task")
    assert task["code"]["text"] == "Review: lifelong B12 therapy has lapsed"
    assert task["code"]["coding"][0]["code"] == "NO_ACTION", "what the protocol's table decided"
    [task] = resources(row(action="ORDER_MMA"), kind="Task")
    assert task["code"]["text"] == pack().raw["actions"]["ORDER_MMA"]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"next_step": "ORDER_B12"}, ["2132-9"]),
        ({"next_step": "CONSIDER_MMA"}, ["13964-2"]),
        (
            {"next_step": "TREAT_IM_NEURO", "flags": ["ORDER_MMA", "INVESTIGATE_CAUSE"]},
            ["13964-2", "31444-3", "2333-3"],
        ),
        (
            {"next_step": "CONTINUE_AND_MONITOR", "flags": ["MONITORING_DUE"]},
            ["2132-9", "13965-9", "13964-2"],
        ),
        ({"next_step": "ORDER_MMA", "flags": ["MONITORING_DUE"]}, ["13964-2", "2132-9", "13965-9"]),
        ({"next_step": "TREAT_IM_STANDARD"}, []),
        ({"next_step": "NO_ACTION", "flags": ["BY_NAME"]}, []),
    ],
)
def test_which_tests_are_proposed(said, codes):
    assert loincs(**said) == codes


def test_nothing_is_an_order_of_a_medicine():
    for action in pack().raw["actions"]:
        found = resources(row(next_step=action, flags=[one["id"] for one in pack().raw["flags"]]))
        assert {one["resourceType"] for one in found} <= {"Task", "DetectedIssue", "ServiceRequest"}
        assert {one["intent"] for one in found if "intent" in one} == {"proposal"}


def test_ids_are_the_same_for_the_same_run_and_each_its_own():
    rows = [row(patient_id=name, safety=["FOLATE_BEFORE_B12"]) for name in ("ann", "bob")]
    first, again = bundle(*rows), bundle(*rows)
    assert first == again
    urls = [entry["fullUrl"] for entry in first["entry"]]
    assert len(set(urls)) == len(urls) == 6
    other = bundle(*rows, meta=exports.Meta("other", "2026-01-31", "p", "n"))
    assert not set(urls) & {entry["fullUrl"] for entry in other["entry"]}


def test_a_row_of_a_patient_who_was_never_on_the_list():
    [task] = resources(
        item(
            status="off_list",
            next_step=None,
            reason=None,
            cites=None,
            priority=None,
            safety=[],
            flags=[],
        )
    )
    assert task["status"] == "draft"

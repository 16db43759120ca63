"""A FHIR R4 Bundle: a Task a patient, a DetectedIssue an alert, a ServiceRequest a missing test.
Proposals: nothing is an order."""

import json
from hashlib import sha256
from itertools import chain
from uuid import UUID

from pipeline.exports.proposals import proposed
from pipeline.exports.text import write_list
from pipeline.protocol import has_values, labels, without_values

SYSTEM = "urn:b12-screening"
STATUS = {  # of an item on the worklist: of a Task
    "open": "requested", "assigned": "accepted", "contacted": "in-progress",
    "ordered": "in-progress", "referred": "in-progress", "unreachable": "on-hold",
    "snoozed": "on-hold", "declined": "rejected", "done": "completed",
    "not_appropriate": "cancelled", "resolved": "completed", "withdrawn": "cancelled",
    "excluded": "cancelled", "merged": "cancelled", "off_list": "draft",
}  # fmt: skip
GOES_ON = ("requested", "accepted", "in-progress", "on-hold")
PRIORITY = {1: "asap", 2: "urgent"}  # FHIR ranks asap above urgent, and urgent above routine
SEVERITY = {1: "high", 2: "moderate"}


def write_bundle(rows, out, meta):
    """Write the rows as one Bundle (collection) into a binary file, entry by entry; without rows it
    has no `entry`.

    No names; patients by their identifier.
    """
    head = {
        "resourceType": "Bundle", "id": _id(meta, "bundle"),
        "identifier": {"system": f"{SYSTEM}:run", "value": meta.run_id}, "type": "collection",
    }  # fmt: skip
    entries = (_entry(one) for row in rows for one in resources(row, meta))
    if first := next(entries, None):
        write_list(
            out, json.dumps(head)[: -len("}")] + ', "entry": [', chain([first], entries), "]}\n"
        )
    else:  # FHIR's JSON knows no empty list
        out.write(json.dumps(head).encode() + b"\n")


def resources(row, meta):
    """The resources of one row as dicts: the Task first. Alerts and tests only while the task goes
    on, tests until they are ordered."""
    task = _task(row, meta)
    yield task
    if task["status"] not in GOES_ON:
        return
    for alert in row["safety"] or ():
        yield _issue(row, alert, meta)
    if row.get("status") != "ordered":
        for concept, test in proposed(row).items():
            yield _request(row, concept, test, task, meta)


def _entry(resource):
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _id(meta, *parts):
    """The same for the same run, and another in every run; no way back to the patient, short of
    guessing"""
    return str(
        UUID(bytes=sha256("\0".join([meta.run_id, *parts]).encode()).digest()[:16], version=5)
    )


def _task(row, meta):
    status, step = STATUS[row.get("status") or "open"], row["next_step"] or "NO_ACTION"
    return {
        "resourceType": "Task",
        "id": _id(meta, row["patient_id"], "task"),
        "groupIdentifier": {"system": f"{SYSTEM}:run", "value": meta.run_id},
        "status": status,
        **_business_status(row),
        "intent": "proposal",
        "priority": PRIORITY.get(row["priority"], "routine"),
        "code": _concept("next-step", step, _asked(row, step, meta)),
        "description": row["reason"] or step,
        "for": _patient(row),
        "authoredOn": meta.as_of,
        **({"owner": {"display": row["assignee"]}} if row.get("assignee") else {}),
        "note": _notes(row, meta),
        "input": _inputs(row),
    }


def _asked(row, step, meta):
    "What the step means; of a row that an alert or a flag makes urgent, what that asks for"
    action = row.get("action") or step
    return meta.actions.get(step) if action == step else labels.asked(action)


def _business_status(row):
    if not row.get("status"):
        return {}
    return {"businessStatus": {"text": row["status"].replace("_", " ")}}


def _notes(row, meta):
    texts = (row["cites"] and f"Cites {row['cites']}", f"Protocol {meta.protocol}. {meta.notice}")
    return [{"text": text} for text in texts if text]


def _inputs(row):
    values = {
        "Priority": _rank(row["priority"]), "Rule": row["rule"], "Evidence": _evidence(row),
    }  # fmt: skip
    return [
        {"type": {"text": name}, "valueString": value} for name, value in values.items() if value
    ]


def _rank(priority):
    return f"{priority} of 4" if priority else None


def _issue(row, alert, meta):
    lines = [(priority, because) for name, priority, because in meta.alerts if name == alert]
    reason = row["reason"] or ""  # with the values of the patient, where a text names some
    said = [
        (priority, reason if has_values(because) else because)
        for priority, because in lines
        if has_values(because) or because in reason
    ]
    fitting = said or [(priority, without_values(because)) for priority, because in lines[:1]]
    evidence, severity = (
        _evidence(row),
        SEVERITY.get(min((priority for priority, _ in fitting), default=0), "low"),
    )
    return {
        "resourceType": "DetectedIssue", "id": _id(meta, row["patient_id"], "alert", alert),
        "status": "preliminary", "code": _concept("alert", alert), "severity": severity,
        "patient": _patient(row), "identifiedDateTime": meta.as_of,
        "detail": " ".join(dict.fromkeys(text for _, text in fitting)) or alert,
        **({"evidence": [{"code": [{"text": evidence}]}]} if evidence else {}),
    }  # fmt: skip


def _request(row, concept, test, task, meta):
    return {
        "resourceType": "ServiceRequest", "id": _id(meta, row["patient_id"], "test", concept),
        "status": "draft", "intent": "proposal", "priority": task["priority"],
        "code": {"coding": [{"system": "http://loinc.org", "code": test.loinc}], "text": test.text},
        "subject": _patient(row), "authoredOn": meta.as_of, "reasonCode": [{"text": test.because}],
        "supportingInfo": [{"reference": f"urn:uuid:{task['id']}"}],
        "note": [{"text": meta.notice}],
    }  # fmt: skip


def _concept(kind, code, text=None):
    return {
        "coding": [{"system": f"{SYSTEM}:{kind}", "code": code}],
        "text": text or code.replace("_", " ").lower(),
    }


def _patient(row):
    return {
        "type": "Patient",
        "identifier": {"system": f"{SYSTEM}:patient-id", "value": row["patient_id"]},
    }


def _evidence(row):
    if row.get("evidence"):
        return row["evidence"]
    results = (("B12", "b12_reported", "b12_on"), ("MMA", "mma_reported", "mma_on"))
    return "; ".join(
        f"{name} {row[value]}" + (f" on {row[day]}" if row.get(day) else "")
        for name, value, day in results
        if row.get(value)
    )

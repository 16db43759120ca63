"""Who saw whom: by patient, by user, by day. Patients are named by keys; which patients an access
showed is a page of its own, and each look is on record too."""

import json
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, StreamingResponse

from pipeline import worklist
from pipeline.profiles import clean_id
from pipeline.web.access import Admin, store_of
from pipeline.web.filters import address
from pipeline.web.forms import Form, check, day_of, text
from pipeline.web.numbers import Id
from pipeline.web.patients import found_item
from pipeline.web.recorded import record
from pipeline.web.render import page, root_of

router = APIRouter()
SHOWN, MANY = 200, 1000


@dataclass(frozen=True)
class Query:
    """What the address asks for, as it was typed: key of a patient, user, kind, days."""

    patient: str = ""
    user: str = ""
    what: str = ""
    since: str = ""
    until: str = ""

    def asked(self):
        """As the store is asked; both days are included. Raises UsageError for an invalid day."""
        since, until = (day_of(vars(self), name) for name in ("since", "until"))
        key, who = self.patient or None, self.user or None
        return worklist.Asked.of_days(
            key=key, who=who, what=self.what or None, since=since, until=until
        )

    def described(self):
        """For the record: without the patient, who is recorded as one who was seen."""
        named = {name: text for name, text in vars(self).items() if name != "patient"}
        return worklist.described(**named)


@router.get("/audit")
def audit(request: Request, actor: Admin):
    """The newest 200 accesses that the address asks for; opening this page is recorded as well."""
    store, query = store_of(request), _query(request)
    asked, patient = query.asked(), _patient(request, query)
    rows = worklist.accesses(store, asked, limit=SHOWN)
    _record(request, actor, "audit", query, patient, len(rows))
    export = address(request.query_params)
    return page(
        request, "audit.html", rows=rows, most=SHOWN, query=query, patient=patient, export=export,
        KINDS=worklist.kinds(store),
    )  # fmt: skip


@router.post("/audit/patient")
def of_patient(request: Request, form: Form, actor: Admin):
    """Lead from a patient's id, sent in a form so that it is in no address, to who saw them."""
    check(request, form, actor.name)
    patient_id = clean_id(text(form, "patient", 200) or "")
    key = worklist.key_of_patient(store_of(request), patient_id)
    if key is None:
        raise HTTPException(404, "No access to a patient with this ID is on record. Check the ID.")
    return RedirectResponse(f"{root_of(request)}/audit?patient={key}", 303)


@router.get("/audit/export")
def export(request: Request, actor: Admin):
    """Every access that the address asks for, oldest first, as JSON lines; patients by key."""
    query = _query(request)
    asked, patient = query.asked(), _patient(request, query)
    _record(request, actor, "audit_export", query, patient, None)
    lines = worklist.access_lines(store_of(request), asked)
    return StreamingResponse(
        (json.dumps(line, ensure_ascii=False) + "\n" for line in lines),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
    )


@router.get("/audit/{access_id}")
def seen(request: Request, access_id: Id, actor: Admin):
    """The patients whom one access showed, at most 1,000 of them. Raises HTTPException 404."""
    store = store_of(request)
    entry = worklist.access(store, access_id)
    if entry is None:
        raise HTTPException(404)
    patients = worklist.patients_seen(store, access_id)
    shown = patients[:MANY]
    items = [row["id"] for row in shown]
    record(request, actor, "audit", rows=len(shown), items=items, detail=f"entry {access_id}")
    opened = worklist.opened_with_reason(store, access_id)
    return page(
        request, "audit_entry.html", entry=entry, patients=shown, total=len(patients), opened=opened
    )


def _query(request):
    given = request.query_params
    return Query(**{name: given.get(name, "")[:100] for name in Query.__dataclass_fields__})


def _patient(request, query):
    return found_item(request, query.patient) if query.patient else None


def _record(request, actor, what, query, patient, rows):
    items = [patient["id"]] if patient else []
    record(request, actor, what, rows=rows, items=items, detail=query.described())

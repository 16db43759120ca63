"""Break-glass: the patient of another site is opened with a reason, which is recorded."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

from pipeline import worklist
from pipeline.core import settings
from pipeline.profiles import clean_id
from pipeline.web.access import Viewer, store_of
from pipeline.web.forms import Form, check, text
from pipeline.web.patients import HIDDEN
from pipeline.web.recorded import origin_of, record
from pipeline.web.render import root_of

router = APIRouter()
UNKNOWN = "No patient in the data has exactly this ID. Check the spelling."


@router.post("/patients/open")
def open_patient(request: Request, form: Form, actor: Viewer):
    """Open the patient with exactly this id, whatever their site, for the hours of the setting.
    Raises HTTPException 403 for one who opted out, 404 where there is none."""
    check(request, form, actor.name)
    given = {name: text(form, name, 500) for name in ("reason", "because")}
    named = worklist.check_reason(**given)
    row = _anywhere(request, clean_id(text(form, "patient", 200) or ""))
    if row is None:
        record(request, actor, "break_glass_failed", detail=named)
        raise HTTPException(404, UNKNOWN)
    why, origin = worklist.why_hidden(store_of(request), row["key"]), origin_of(request)
    if why == "opted_out":
        record(request, actor, "break_glass_failed", items=[row["id"]], detail=named)
        raise HTTPException(403, HIDDEN[why])
    if why == "other_site":
        worklist.open_with_reason(
            store_of(request), row["id"], hours=settings().break_glass_hours, origin=origin, **given
        )
    return RedirectResponse(f"{root_of(request)}/patients/{row['key']}", 303)


def _anywhere(request, patient_id):
    "The item of a patient of any site, or of the one whom the id was merged into; None for none"
    store, home = request.app.state.store, request.app.state.home
    return worklist.find_exactly(store, patient_id, home=home) if patient_id else None

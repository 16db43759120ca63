"""Access log: the newest accesses. No patient is named; a key leads to the page, whose reading
is on record too."""

from fastapi import APIRouter, Request

from pipeline import worklist
from pipeline.web.access import Admin
from pipeline.web.render import page

router = APIRouter()
SHOWN = 200


@router.get("/audit")
def audit(request: Request, actor: Admin):
    """The newest 200 accesses; opening this page is recorded as well."""
    rows = worklist.accesses(request.app.state.store, limit=SHOWN)
    worklist.record_access(request.app.state.store, actor=actor, what="audit", rows=len(rows))
    return page(request, "audit.html", rows=rows, most=SHOWN)

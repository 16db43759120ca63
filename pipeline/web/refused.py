"""Refused files and those in quarantine: why, what to do, and whether they still count."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from pipeline.operations import dismiss, refused_files
from pipeline.web.access import Steward
from pipeline.web.forms import Form, check, text
from pipeline.web.recorded import origin_of
from pipeline.web.render import page, root_of

router = APIRouter()


@router.get("/quality/refused")
def refused(request: Request, actor: Steward):
    """The files that were not ingested, those that count first. No patient."""
    files = refused_files(request.app.state.home)
    return page(
        request,
        "refused.html",
        counting=[file for file in files if file.settled is None],
        settled=[file for file in files if file.settled],
    )


@router.post("/quality/refused/dismiss")
def dismissed(request: Request, form: Form, actor: Steward):
    """Let a file no longer count, with a reason. Raises UsageError."""
    check(request, form, actor.name)
    dismiss(
        request.app.state.home,
        text(form, "sha256", 64) or "",
        actor=actor,
        because=text(form, "because", 500),
        origin=origin_of(request),
    )
    return RedirectResponse(f"{root_of(request)}/quality/refused", 303)

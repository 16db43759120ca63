"""The address without a path, and whether the app is up."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse

from pipeline.web.access import Operator
from pipeline.web.render import page, root_of

router = APIRouter()


@router.get("/")
def start(request: Request, actor: Operator):
    """Everybody's day begins with the worklist, but for whoever sees no patient: it begins with the
    runs."""
    return RedirectResponse(
        f"{root_of(request)}/{'worklist' if actor.may('viewer') else 'runs'}", 303
    )


@router.get("/health")
def health():
    """For a watchdog: it says nothing but that the app answers."""
    return PlainTextResponse("ok")


@router.get("/favicon.ico")
def icon(request: Request):
    """Browsers ask for it of pages that name none."""
    return RedirectResponse(f"{root_of(request)}/static/icon.svg", 307)


@router.get("/help")
def keys(request: Request, actor: Operator):
    """The keyboard, and what the words mean, as a page for those without scripts."""
    return page(request, "help.html")

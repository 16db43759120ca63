"""The start page, and a health check."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse

from pipeline.web.access import Operator
from pipeline.web.render import page, root_of

router = APIRouter()


@router.get("/")
def start(request: Request, actor: Operator):
    """The start page: the worklist, or the runs for operators, who see no patients."""
    return RedirectResponse(
        f"{root_of(request)}/{'worklist' if actor.may('viewer') else 'runs'}", 303
    )


@router.get("/health")
def health():
    """For monitoring: says only that the app responds."""
    return PlainTextResponse("ok")


@router.get("/favicon.ico")
def icon(request: Request):
    """For browsers that request an icon without a link."""
    return RedirectResponse(f"{root_of(request)}/static/icon.svg", 307)


@router.get("/help")
def keys(request: Request, actor: Operator):
    """The help page: keyboard shortcuts, priorities and marks."""
    return page(request, "help.html")

"""Error pages. They never contain a patient's values."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException

from pipeline.core import Failure, StorageError, UsageError
from pipeline.web.access import NotLoggedIn
from pipeline.web.deep_link import login_address
from pipeline.web.middleware import SECURE
from pipeline.web.recorded import record
from pipeline.web.render import page

TITLES = {
    400: "The request is not valid", 403: "Not allowed", 404: "Page not found",
    405: "Not allowed", 408: "Too slow", 409: "Changed by someone else",
    415: "Not a form of this site", 429: "Too many attempts",
    503: "Not available",
}  # fmt: skip


def failed(request: Request, error: HTTPException):
    """An HTTP error as a page; that a user was denied something is on record."""
    actor = getattr(request.state, "actor", None)
    if error.status_code == 403 and actor:
        record(request, actor, "denied", detail=f"{request.method} {route_of(request)}")
    return _page(request, error.status_code, "" if error.status_code == 404 else str(error.detail))


def unreadable(request: Request, error: RequestValidationError):
    """An invalid request; the page does not repeat what was sent. No page has a path that does not
    fit."""
    if any(problem["loc"][0] == "path" for problem in error.errors()):
        return _page(request, 404, "")
    return _page(
        request,
        400,
        "The address or the form contains a value that this page cannot use. Go back and try"
        " again.",
    )


def expected(request: Request, failure: Failure):
    """An expected failure; its message is made for people and holds no patient's values."""
    status = (
        400
        if isinstance(failure, UsageError)
        else 503
        if isinstance(failure, StorageError)
        else 500
    )
    return _page(request, status, str(failure))


def login_first(request: Request, _: NotLoggedIn):
    """Lead a reader without a login to the login page, and from there back."""
    login = login_address(request)
    if request.headers.get(
        "hx-request"
    ):  # a script would follow the redirect and put the login page into a list
        return PlainTextResponse("", headers={"HX-Redirect": login})
    return RedirectResponse(login, 303)


def broken(request: Request, _):
    """An unexpected error: details are only in the server's log."""
    headers = {**SECURE, "Cache-Control": "no-store"}  # middleware stands inside of this handler
    return PlainTextResponse(
        "An unexpected error occurred and nothing was saved. The server's log has the details.",
        500,
        headers,
    )


HANDLERS = {
    HTTPException: failed, RequestValidationError: unreadable, Failure: expected,
    NotLoggedIn: login_first, 500: broken,
}  # fmt: skip


def route_of(request):
    """The pattern of a request's route, without what an address names."""
    return getattr(request.scope.get("route"), "path", "-")


def _page(request, status, message):
    title = TITLES.get(status, "Unexpected error")
    answer = page(request, "error.html", status=status, title=title, message=message, code=status)
    if status == 408:
        answer.headers["Connection"] = "close"  # the rest of the form is not awaited
    return answer

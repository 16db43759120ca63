"""Login of the app when it runs alone: a signed cookie names the reader, whose role is read anew
with every request."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pipeline import worklist
from pipeline.web.access import NotLoggedIn
from pipeline.web.forms import Form, check, text
from pipeline.web.render import page, root_of
from pipeline.web.sessions import begun, is_open

router = APIRouter()
PER_NAME, PER_ADDRESS = parse("10 per 15 minutes"), parse("100 per 15 minutes")


class Failures:
    """Failed attempts to log in, in the memory of one app: those of a name from an address, and all
    from an address."""

    def __init__(self):
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def are_too_many(self, name, address):
        """Whether to look at no password now."""
        return not (
            self._window.test(PER_ADDRESS, "address", address)
            and self._window.test(PER_NAME, "name", name.casefold(), address)
        )

    def add(self, name, address):
        """Count one."""
        self._window.hit(PER_ADDRESS, "address", address)
        self._window.hit(PER_NAME, "name", name.casefold(), address)


def identify_by_session(request: Request):
    """The reader whom the session names, as the store knows them now: a disabled one is out at
    once. Raises NotLoggedIn."""
    session, state = request.session, request.app.state
    is_there = is_open(session, state.ended)
    actor = (
        worklist.logged_in(state.store, session["name"], session["password_version"])
        if is_there
        else None
    )
    if actor is None:
        raise NotLoggedIn
    return actor


@router.get("/login")
def ask(request: Request):
    """The login page."""
    return page(request, "login.html", message=None, name="")


@router.post("/login")
def enter(request: Request, form: Form):
    """Check name and password; 429 after too many attempts, 401 when they do not fit."""
    check(request, form, "")
    name, address = text(form, "name", 200) or "", request.client.host if request.client else "-"
    failures = request.app.state.failures
    if failures.are_too_many(name, address):
        raise HTTPException(
            429,
            "Wait 15 minutes, then try again. If you have forgotten the password, ask an"
            " administrator to set a new one.",
        )
    found = worklist.verify(request.app.state.store, name, str(form.get("password", "")))
    if found is None:
        failures.add(name, address)
        return page(
            request,
            "login.html",
            status=401,
            message="Name or password is incorrect.",
            name=name,
        )
    actor, password_version = found
    request.session.clear()
    request.session.update(begun(actor.name, password_version))
    return RedirectResponse(f"{root_of(request)}/worklist", 303)


@router.post("/logout")
def leave(request: Request, form: Form):
    """End the session: its cookie, wherever it was copied to, opens nothing any more."""
    check(request, form, request.session.get("name", ""))
    if "id" in request.session:
        request.app.state.ended.add(request.session["id"])
    request.session.clear()
    return RedirectResponse(f"{root_of(request)}/login", 303)

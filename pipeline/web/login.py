"""Login of the app when it runs alone: a signed cookie names the reader, whose role is read anew with every request."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pipeline import worklist
from pipeline.web.access import NotLoggedIn
from pipeline.web.forms import Form, check
from pipeline.web.render import page, root_of

router = APIRouter()
PER_NAME, PER_ADDRESS = parse("10 per 15 minutes"), parse("40 per 15 minutes")


def limiter():
    """What counts the attempts to log in, in the memory of one app."""
    return MovingWindowRateLimiter(MemoryStorage())


def identify_by_session(request: Request):
    """The reader whom the session names, as the store knows them now: a disabled one is out at once. Raises NotLoggedIn."""
    session = request.session
    actor = worklist.logged_in(request.app.state.store, session["name"], session["password_version"]) if "name" in session else None
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
    name, address = str(form.get("name", ""))[:200], request.client.host if request.client else "-"
    hit = request.app.state.limiter.hit
    if not (hit(PER_ADDRESS, "address", address) and hit(PER_NAME, "name", name.casefold())):
        raise HTTPException(429, "Wait a quarter of an hour, then try again. An administrator can set a new password.")
    found = worklist.verify(request.app.state.store, name, str(form.get("password", "")))
    if found is None:
        return page(request, "login.html", status=401, message="Name and password do not fit together.", name=name)
    request.session.clear()
    actor, request.session["password_version"] = found
    request.session["name"] = actor.name
    return RedirectResponse(f"{root_of(request)}/worklist", 303)


@router.post("/logout")
def leave(request: Request, form: Form):
    """End the session."""
    check(request, form, request.session.get("name", ""))
    request.session.clear()
    return RedirectResponse(f"{root_of(request)}/login", 303)

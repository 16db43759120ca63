"""Login of the app when it runs alone: a signed cookie names a session of the store, whose user and
role are read anew with every request."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from pipeline import worklist
from pipeline.core import counted, settings
from pipeline.web.access import NotLoggedIn
from pipeline.web.deep_link import asked_for
from pipeline.web.forms import Form, check, text
from pipeline.web.recorded import origin_of, record
from pipeline.web.render import page, root_of

router = APIRouter()
UNKNOWN = worklist.Actor(worklist.UNKNOWN, "operator")
BUSY_SECONDS = 5


def identify_by_session(request: Request):
    """The reader whom the session names, as the store knows them now: a disabled one is out at
    once. Raises NotLoggedIn."""
    token = request.session.get("token")
    actor = worklist.session_user(request.app.state.store, token, **_limits()) if token else None
    if actor is None:
        raise NotLoggedIn
    return actor


def _limits():
    "How long a session may be idle, and how long it lasts"
    now = settings()
    return {
        "idle": timedelta(minutes=now.session_idle_minutes),
        "lasts": timedelta(hours=now.session_hours),
    }


@router.get("/login")
def ask(request: Request, wanted: Annotated[str, Query(alias="next", max_length=1000)] = ""):
    """The login page; until there is a user, it says how the pages are opened. wanted: the page to
    go to afterwards, at most 1000 characters."""
    if request.app.state.provider or worklist.users(request.app.state.store):
        return login_page(request, wanted=wanted)
    return page(request, "link.html")


def login_page(request, *, status=200, message=None, name="", wanted=""):
    """The login page: by the provider where there is one, and by password unless that is refused.
    wanted: the path to go to afterwards."""
    provider = request.app.state.provider
    label, is_only = (provider.setup.label, provider.setup.is_only) if provider else (None, False)
    ways = {"label": label, "is_only": is_only}
    known = {"message": message, "name": name, "wanted": asked_for(wanted)}
    return page(request, "login.html", status=status, **known, **ways)


@router.post("/login")
def enter(request: Request, form: Form):
    """Check name and password; 403 where passwords are refused, 429 while one has to wait, 401 when
    they do not fit, 503 when too many log in at once."""
    check(request, form, "")
    provider = request.app.state.provider
    if provider and provider.setup.is_only:
        message = f"Passwords are not accepted here. Log in with {provider.setup.label}."
        return login_page(request, status=403, message=message)
    store, address = request.app.state.store, origin_of(request) or "-"
    wanted = asked_for(text(form, "next", 1000))
    name, password = text(form, "name", 200) or "", str(form.get("password", ""))[:2000]
    if wait := worklist.seconds_to_wait(store, name, address):
        why = "After wrong passwords, logging in is slowed down."
        return _later(request, 429, why, seconds=wait, name=name, wanted=wanted)
    try:
        actor = worklist.verify(store, name, password)
    except worklist.Busy:
        why = "Many users are logging in at once."
        return _later(request, 503, why, seconds=BUSY_SECONDS, name=name, wanted=wanted)
    if actor is None:
        known = worklist.known_name(store, name)  # else what was typed may be a password
        record(request, worklist.Actor(known, "operator") if known else UNKNOWN, "login_failed")
        message = "Name or password is incorrect."
        return login_page(request, status=401, message=message, name=name, wanted=wanted)
    worklist.logged_in_from(store, name, address)
    begin(request, actor)
    return RedirectResponse(f"{root_of(request)}{wanted}", 303)


def begin(request, actor, *, is_by_provider=False):
    """Log a user in, however they proved who they are."""
    record(request, actor, "login")
    lasts = _limits()["lasts"]
    proven = {"lasts": lasts, "password_version": actor.password_version}
    token = worklist.begin_session(request.app.state.store, actor.name, **proven)
    request.session.clear()
    request.session["token"] = token
    if is_by_provider:
        request.session["is_by_provider"] = True


def _later(request, status, why, *, seconds, **typed):
    message = f"{why} Wait {counted(seconds, 'second')}, then try again."
    answer = login_page(request, status=status, message=message, **typed)
    answer.headers["Retry-After"] = str(seconds)
    return answer


@router.post("/logout")
def leave(request: Request, form: Form):
    """End the session: its cookie, wherever it was copied to, opens nothing any more."""
    try:
        actor = identify_by_session(request)
    except NotLoggedIn:
        return RedirectResponse(f"{root_of(request)}/login", 303)
    check(request, form, actor.name)
    worklist.end_session(request.app.state.store, request.session["token"])
    record(request, actor, "logout")
    is_by_provider = request.app.state.provider and request.session.get("is_by_provider")
    request.session.clear()
    return RedirectResponse(f"{root_of(request)}/login{'/ended' if is_by_provider else ''}", 303)

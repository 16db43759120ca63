"""The account of a user: role, sites, latest logins; a new password, and logging out everywhere."""

from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

from pipeline import worklist
from pipeline.core import UsageError, counted
from pipeline.web.access import Operator, store_of
from pipeline.web.forms import Form, check
from pipeline.web.login import BUSY_SECONDS, begin
from pipeline.web.recorded import origin_of, record
from pipeline.web.render import page, root_of

router = APIRouter()
LOGINS = 10
KINDS = ("login", "login_failed", "logout")


@router.get("/account")
def account(request: Request, actor: Operator, done: str = ""):
    """The page of the user who is logged in. done: `password` after a new one was set."""
    return _page(request, actor, is_done=done == "password")


@router.post("/account/password")
def password(request: Request, form: Form, actor: Operator):
    """Set a new password, with the present one as proof: 400 where the new one cannot be used, 403
    where the present one is wrong, 429 and 503 as at the login. Every session of the user ends."""
    check(request, form, actor.name)
    _of_this_program(request, actor)
    store, address = store_of(request), origin_of(request) or "-"
    given = {name: str(form.get(name, ""))[:2000] for name in ("current", "new", "again")}
    if wait := worklist.seconds_to_wait(store, actor.name, address):
        return _later(request, actor, wait, 429)
    try:
        proven = worklist.verify(store, actor.name, given["current"])
    except worklist.Busy:
        return _later(request, actor, BUSY_SECONDS, 503)
    if proven is None:
        record(request, actor, "login_failed", detail="change of the password")
        return _page(request, actor, status=403, problem="The present password is incorrect.")
    worklist.logged_in_from(store, actor.name, address)
    if given["new"] != given["again"]:
        return _page(request, actor, status=400, problem="The two new passwords differ.")
    try:
        new = {"password": given["new"], "proven": proven.password_version}
        worklist.change_user(store, actor.name, **new)
    except UsageError as wrong:
        return _page(request, actor, status=400, problem=str(wrong))
    record(request, actor, "user_password", detail=actor.name)
    begin(request, replace(proven, password_version=(proven.password_version or 0) + 1))
    return RedirectResponse(f"{root_of(request)}/account?done=password", 303)


@router.post("/account/sign-out")
def sign_out(request: Request, form: Form, actor: Operator):
    """End every session of the user, on every computer."""
    check(request, form, actor.name)
    ended = worklist.end_sessions(store_of(request), actor.name)
    record(
        request, actor, "user_sign_out", detail=f"{actor.name}: {counted(ended, 'session')} ended"
    )
    request.session.clear()
    return RedirectResponse(f"{root_of(request)}/login", 303)


def _of_this_program(request, actor):
    if not worklist.has_password(store_of(request), actor.name):
        raise HTTPException(404)


def _later(request, actor, seconds, status):
    problem = f"Wait {counted(seconds, 'second')}, then try again."
    answer = _page(request, actor, status=status, problem=problem)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(request, actor, *, status=200, problem=None, is_done=False):
    store = store_of(request)
    if getattr(request.state, "is_local", False):
        raise HTTPException(404)
    asked = [worklist.Asked(who=actor.name, what=kind) for kind in KINDS]
    logins = [row for one in asked for row in worklist.accesses(store, one, limit=LOGINS)]
    newest = sorted(logins, key=lambda row: row["id"], reverse=True)[:LOGINS]
    return page(
        request, "account.html", status=status, problem=problem, is_done=is_done, logins=newest,
        has_password=worklist.has_password(store, actor.name),
    )  # fmt: skip

"""Single sign-on by OpenID Connect: authorisation code with PKCE. A cookie of its own ties an
attempt to the browser, as the provider leads back from another site, where no strict cookie is
sent."""

import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool

from pipeline import worklist
from pipeline.core import counted
from pipeline.web.deep_link import asked_for
from pipeline.web.login import UNKNOWN, begin, login_page
from pipeline.web.middleware import is_text
from pipeline.web.provider import NotProven, Unavailable
from pipeline.web.recorded import origin_of, record
from pipeline.web.render import page, root_of

router = APIRouter()
LOG = logging.getLogger("b12.web")
COOKIE, SECONDS = "b12_login", 600
BY_PROVIDER = worklist.Actor(worklist.BY_PROVIDER, "operator")  # its changes of a user
LONGEST_CODE = 4096
AGAIN = (
    "This login took longer than ten minutes, was used before, or began in another browser. Log in"
    " again."
)


@dataclass(frozen=True)
class Attempt:
    """What one login was begun with: the answer must name the state, the ID token the nonce; the
    verifier shows the provider that the same browser asks."""

    state: str
    nonce: str
    verifier: str
    wanted: str = "/"  # the path to go to afterwards


class _Refused(Exception):
    """The login failed; the status and a sentence for the page. detail: for the record, None
    where it is not recorded, as before an attempt is counted"""

    def __init__(self, status, message, *, what="login_failed", detail=None, who=UNKNOWN):
        super().__init__(message)
        self.status, self.message = status, message
        self.what, self.detail, self.who = what, detail, who


@router.get("/login/single-sign-on")
async def ask(request: Request, wanted: Annotated[str, Query(alias="next", max_length=1000)] = ""):
    """Lead the browser to the provider. wanted: the page to go to afterwards, at most 1000
    characters."""
    drawn = [secrets.token_urlsafe(48) for _ in range(3)]
    attempt = Attempt(*drawn, wanted=asked_for(wanted))
    provider, redirect = request.app.state.provider, _callback(request)
    proof = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier}
    try:
        address = await provider.authorization_url(redirect=redirect, **proof)
    except Unavailable as error:
        return _unavailable(request, error)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE, _signer(request).dumps(list(vars(attempt).values())), max_age=SECONDS,
        path=f"{root_of(request)}/login", secure=request.app.state.is_secure, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return answer


@router.get(worklist.CALLBACK)
async def callback(request: Request):
    """What the provider leads back to: log in whom it knows and the mapping admits, else say why
    not (400, 403, 429, 503)."""
    try:
        attempt = await run_in_threadpool(_attempt, request)
        claims = await _claims(request, attempt)
        answer = await run_in_threadpool(_entered, request, claims, attempt.wanted)
    except _Refused as refused:
        answer = await run_in_threadpool(_refusal, request, refused)
    except Unavailable as error:
        answer = _unavailable(request, error)
    answer.delete_cookie(COOKIE, path=f"{root_of(request)}/login")
    return answer


@router.get("/login/ended")
async def ended(request: Request):
    """After logging out here: where to log out of the provider as well."""
    provider = request.app.state.provider
    try:
        elsewhere = await provider.end_session_url(_address(request, "/login"))
    except Unavailable:
        elsewhere = None
    return page(request, "ended.html", label=provider.setup.label, elsewhere=elsewhere)


def _attempt(request):
    "The attempt that this browser began and that the answer is about, once; counted as a wrong one"
    given, store = request.query_params, request.app.state.store
    try:
        kept = _signer(request).loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
    except BadData:
        raise _Refused(400, AGAIN) from None
    attempt = Attempt(*kept)
    if not hmac.compare_digest(attempt.state.encode(), given.get("state", "").encode()):
        raise _Refused(400, AGAIN)
    if wait := worklist.seconds_to_wait(store, None, origin_of(request) or "-"):
        pause = counted(wait, "second")
        message = f"Many logins from this address have failed. Wait {pause}, then log in again."
        raise _Refused(429, message)
    if not worklist.is_first_use(store, attempt.state):
        raise _Refused(400, AGAIN, detail="used before")
    return attempt


async def _claims(request, attempt):
    given, provider = request.query_params, request.app.state.provider
    label = provider.setup.label
    if "error" in given:
        message = f"The login by {label} was cancelled or refused there. Log in again."
        raise _Refused(403, message, detail="refused by the provider")
    code = given.get("code", "")[:LONGEST_CODE]
    proof = {"nonce": attempt.nonce, "verifier": attempt.verifier, "issuer": given.get("iss")}
    try:
        return await provider.claims(code, redirect=_callback(request), **proof)
    except NotProven as error:
        message = f"What {label} answered does not prove who you are. Log in again."
        raise _Refused(403, message, detail=f"not proven ({error.why})") from None


def _entered(request, claims, wanted):
    "Log in the user whom the claims are about; their role and sites are as the claims say now"
    setup, store = request.app.state.provider.setup, request.app.state.store
    name, grant = _name(setup, claims), worklist.granted(setup.mapping, claims)
    if grant is None:
        message = f"Your account at {setup.label} has no access here. Ask an administrator."
        raise _Refused(403, message, what="denied", detail=f"no role for {name}")
    subject = worklist.subject_of(setup.issuer, claims["sub"])
    try:
        admitted = worklist.admit(store, subject=subject, name=name, grant=grant)
    except worklist.NotAdmitted as error:
        raise _not_admitted(error, claims["sub"]) from None
    actor = admitted.actor
    if admitted.changed:
        record(request, BY_PROVIDER, admitted.changed, detail=_described(actor))
    worklist.logged_in_from(store, None, origin_of(request) or "-")
    begin(request, actor, is_by_provider=True)
    # led on by a page of this site: after a redirect from another, no strict cookie is sent
    return page(request, "entered.html", wanted=asked_for(wanted))


def _described(actor):
    return f"{actor.name}: {actor.role}, {worklist.named_sites(actor.sites)}"


def _name(setup, claims):
    name = claims.get(setup.name_claim)
    if not (isinstance(name, str) and worklist.is_name(name) and is_text(claims["sub"])):
        message = f"{setup.label} did not say by which name you are known. Ask an administrator."
        raise _Refused(403, message, what="denied", detail="no name that can be used")
    return name.strip()


def _not_admitted(error, sub):
    if error.is_disabled:
        who = worklist.Actor(error.name, "operator")
        message = "Your account is disabled here. Ask an administrator."
        return _Refused(403, message, what="denied", detail="disabled", who=who)
    message = (
        f"The name {error.name} belongs to another user of these pages. Ask an administrator: the"
        " audit page names your account at the provider, and b12 user bind joins the two."
    )
    detail = f"the name {error.name} is another user's; subject {sub}"
    return _Refused(403, message, what="denied", detail=detail)


def _refusal(request, refused):
    if refused.detail is not None:
        record(request, refused.who, refused.what, detail=f"single sign-on: {refused.detail}")
    return login_page(request, status=refused.status, message=refused.message)


def _unavailable(request, error):
    label = request.app.state.provider.setup.label
    LOG.warning("single sign-on: the provider cannot be used: %s", error.why)
    message = (
        f"The login by {label} is not available now. Try again later, or tell an administrator."
    )
    return login_page(request, status=503, message=message)


def _callback(request):
    return request.app.state.provider.setup.redirect or _address(request, worklist.CALLBACK)


def _address(request, path):
    "The whole address of a page; the host is one of those that are accepted"
    scheme = "https" if request.app.state.is_secure else request.url.scheme
    return f"{scheme}://{request.url.netloc}{root_of(request)}{path}"


def _signer(request):
    return URLSafeTimedSerializer(request.app.state.secret, salt="b12-single-sign-on")

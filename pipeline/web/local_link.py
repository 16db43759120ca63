"""On loopback without users, the pages are open to who holds a link that the server prints: another
account of the same computer does not."""

import getpass
import hmac
import secrets

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

from pipeline import worklist
from pipeline.web.access import NotLoggedIn
from pipeline.web.login import identify_by_session
from pipeline.web.recorded import record
from pipeline.web.render import root_of

router = APIRouter()
USED = "This link was used, or the server was restarted since. Restart b12 serve for a new link."


class Links:
    """The links that open the pages, each once, and the sessions that they began; kept in memory,
    so that they end with the server."""

    def __init__(self):
        self._links, self._sessions = set(), set()

    def new(self):
        """The path of a new link."""
        token = secrets.token_urlsafe(24)
        self._links.add(token)
        return f"/local/{token}"

    def take(self, token):
        """A session for the token of a link, once; else None."""
        if not _is_among(self._links, token):
            return None
        self._links.discard(token)
        session = secrets.token_urlsafe(24)
        self._sessions.add(session)
        return session

    def knows(self, session):
        """Whether a session is one of these."""
        return _is_among(self._sessions, session)


def _is_among(known, given):
    return any(hmac.compare_digest(one.encode(), str(given).encode()) for one in [*known])


@router.get("/local/{token}")
def enter(request: Request, token: str):
    """Open the pages with a link of this server. Raises HTTPException 403 for a used or unknown
    one, 404 where there are users, who log in."""
    if worklist.users(request.app.state.store):
        raise HTTPException(404)
    session = request.app.state.links.take(token)
    if session is None:
        raise HTTPException(403, USED)
    request.session.clear()
    request.session["local"] = session
    record(request, _owner(), "login")
    return RedirectResponse(f"{root_of(request)}/", 303)


def local_or_session_user(request: Request):
    """Until there is a user, the account that serves, as admin, for who opened its link; after that
    the logged-in user. Raises NotLoggedIn."""
    if worklist.users(request.app.state.store):
        return identify_by_session(request)
    if not request.app.state.links.knows(request.session.get("local", "")):
        raise NotLoggedIn
    request.state.is_local = True
    return _owner()


def _owner():
    return worklist.Actor(getpass.getuser(), "admin")

"""Sessions: a login lasts 12 hours and ends with logging
out."""

import secrets
import time
from threading import Lock

from pipeline.web.forms import HOURS_12


class Ended:
    """The sessions that were logged out of, in the memory of one app, for as long as they would
    have lasted."""

    def __init__(self):
        self._ended, self._lock = {}, Lock()

    def add(self, session_id):
        """Remember one; those older than any session are let go."""
        with self._lock:
            self._ended = {
                one: at for one, at in self._ended.items() if at > time.time() - HOURS_12
            } | {session_id: time.time()}

    def __contains__(self, session_id):
        return session_id in self._ended


def begun(name, password_version):
    """What the cookie holds of a login."""
    return {
        "name": name,
        "password_version": password_version,
        "id": secrets.token_urlsafe(16),
        "since": int(time.time()),
    }


def is_open(session, ended):
    """Whether a cookie's session began within the last 12 hours and was not logged out of."""
    return (
        "id" in session
        and session["id"] not in ended
        and 0 <= time.time() - session["since"] < HOURS_12
    )

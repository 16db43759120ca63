"""Sessions of logged-in users, kept in the store: they end for every process and survive no restart
that they should not."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from pipeline.worklist.actions import Actor
from pipeline.worklist.items import in_utc
from pipeline.worklist.tables import person, session
from pipeline.worklist.user_names import fold
from pipeline.worklist.users import sites_of

TOUCHED_AFTER = timedelta(seconds=30)  # not every request writes when it came


def begin_session(store, name, *, lasts, password_version=None, now=None):
    """A new session of a user; returns what the cookie holds. lasts: the longest that any session
    lasts (timedelta): older ones are deleted. password_version: of the password that was proven;
    where the user has another by now, the session opens nothing. Only a hash is kept: a reader of
    the database has no session."""
    token, now = secrets.token_urlsafe(24), now or datetime.now(UTC)
    with store.writing() as con:
        con.execute(delete(session).where(session.c.began_at < now - lasts))
        of_user = select(person.c.password_version).where(person.c.folded == fold(name))
        version = con.scalar(of_user) if password_version is None else password_version
        row = {"key": _hash(token), "user": fold(name), "password_version": version}
        con.execute(insert(session).values(**row, began_at=now, seen_at=now))
    return token


def session_user(store, token, *, idle, lasts, now=None):
    """The Actor of an open session, with today's role and sites.

    None where it ended, was idle or lasted for too long (timedeltas), where the user is disabled or
    has another password since."""
    now = now or datetime.now(UTC)
    chosen = (
        select(person.c.name, person.c.role, person.c.sites, session.c.seen_at)
        .join(person, person.c.folded == session.c.user)
        .where(
            session.c.key == _hash(token),
            session.c.password_version == person.c.password_version,
            session.c.began_at > now - lasts,
            session.c.seen_at > now - idle,
            ~person.c.is_disabled,
        )
    )
    with store.reading() as con:
        found = con.execute(chosen).mappings().one_or_none()
    if found is None:
        return None
    if now - in_utc(found["seen_at"]) > TOUCHED_AFTER:
        with store.writing() as con:
            touched = update(session).where(session.c.key == _hash(token))
            con.execute(touched.values(seen_at=now))
    return Actor(found["name"], found["role"], sites_of(found))


def end_session(store, token):
    """Log out: a copy of the cookie is out too."""
    with store.writing() as con:
        con.execute(delete(session).where(session.c.key == _hash(token)))


def end_sessions(store, name):
    """End every session of a user, everywhere; returns how many there were."""
    with store.writing() as con:
        return con.execute(delete(session).where(session.c.user == fold(name))).rowcount


def _hash(token):
    return hashlib.sha256(str(token).encode()).hexdigest()

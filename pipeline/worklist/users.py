"""Who may log in: names, roles and passwords (Argon2id)."""

import json
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import insert, select, update

from pipeline.core import UsageError
from pipeline.worklist.actions import UNCHANGED, Actor
from pipeline.worklist.statuses import OF_ALL_SITES, ROLES
from pipeline.worklist.store import Conflict
from pipeline.worklist.tables import person
from pipeline.worklist.user_names import OWN, fold, is_name

SHORTEST, LONGEST = 12, 128  # characters; OWASP ASVS 2.1.1 and 2.1.2
NO_PASSWORD = ""  # of users of single sign-on
LONGEST_SITE = 200
HASHES, PATIENCE = 4, 10  # at a time; seconds
_hasher, _hashing = PasswordHasher(), BoundedSemaphore(HASHES)


class Busy(Exception):
    """Too many passwords are being looked at just now."""


@cache
def _hash_for_unknown_users():
    "Compared with the password of who has none here, so that the answer takes equally long"
    return _hasher.hash("nobody")


def add_user(store, name, *, role, password, sites=None):
    """Add a person who may log in. sites: those whose patients they see, "" for patients without
    a site; None for all. Raises UsageError: a name in use, an unknown role, a short password."""
    if not is_name(name):
        raise UsageError(
            "A user name needs 1 to 100 characters that can be seen, and is none that the program"
            f" uses itself: {', '.join(OWN)}."
        )
    try:
        with store.writing() as con:
            con.execute(
                insert(person),
                [
                    {
                        "name": name.strip(),
                        "folded": fold(name),
                        "role": _role(role),
                        "sites": kept_sites(sites, role),
                        "password_hash": _hashed(password, name),
                    }
                ],
            )
    except Conflict:
        raise UsageError(f"The user {name} already exists.") from None


def users(store):
    """The people who may log in: name, role, sites (None: all), is_disabled."""
    columns = (person.c.name, person.c.role, person.c.sites, person.c.is_disabled)
    with store.reading() as con:
        rows = con.execute(select(*columns).order_by(person.c.name)).mappings()
        return [{**row, "sites": sites_of(row)} for row in rows]


def sites_of(row):
    """The sites of a row of `person` as an Actor has them."""
    return None if row["sites"] is None else tuple(json.loads(row["sites"]))


def named_sites(sites):
    """The sites of a user in words, for lists and the audit; None are all."""
    return "all sites" if sites is None else ", ".join(site or "no site" for site in sites)


def change_user(
    store, name, *, role=None, sites=UNCHANGED, password=None, is_disabled=None, proven=None
):
    """Change a role, the sites (None: all) or the password, or disable a user; open sessions follow
    at once. proven: the password_version that must still be theirs. Raises UsageError."""
    values: dict[str, Any] = {"role": _role(role)} if role else {}
    if role or sites is not UNCHANGED:
        values["sites"] = _sites_after(store, name, role, sites)
    if password is not None:
        _refuse_password_of_provider(store, name)
        values |= {
            "password_hash": _hashed(password, name),
            "password_version": person.c.password_version + 1,
        }
    if is_disabled is not None:
        values["is_disabled"] = is_disabled
    if is_disabled:  # a session that was open then does not go on when they are enabled again
        values["password_version"] = person.c.password_version + 1
    chosen = update(person).where(person.c.folded == fold(name))
    if proven is not None:
        chosen = chosen.where(person.c.password_version == proven)
    with store.writing() as con:
        if not con.execute(chosen.values(values)).rowcount:
            raise UsageError(
                f"There is no user {name}."
                if proven is None
                else "The password was changed in the meantime. Log in with the new one."
            )


def _refuse_password_of_provider(store, name):
    with store.reading() as con:
        subject = con.scalar(select(person.c.subject).where(person.c.folded == fold(name)))
    if subject is not None:
        raise UsageError(
            f"{name} logs in by single sign-on and has no password here. Change it at the provider."
        )


def verify(store, name, password):
    """The Actor of this name and password, or None; takes as long whether or not the name is known.

    At most HASHES passwords are looked at together, as each takes 64 MB. Raises Busy when they are
    still at others after ten seconds.
    """
    with store.reading() as con:
        chosen = select(person).where(person.c.folded == fold(name))
        user = con.execute(chosen).mappings().one_or_none()
    kept = user["password_hash"] if user else NO_PASSWORD
    if not _hashing.acquire(timeout=PATIENCE):
        raise Busy
    try:
        _hasher.verify(kept or _hash_for_unknown_users(), password)
    except (VerificationError, InvalidHashError):
        return None
    finally:
        _hashing.release()
    if kept == NO_PASSWORD or user["is_disabled"]:
        return None
    return Actor(user["name"], user["role"], sites_of(user), user["password_version"])


def has_password(store, name):
    """Whether a user logs in with a password of this program, not by single sign-on alone."""
    chosen = select(person.c.password_hash).where(person.c.folded == fold(name))
    with store.reading() as con:
        return bool(con.scalar(chosen))


def known_name(store, name):
    """The name of a user as it was added, or None where there is none."""
    with store.reading() as con:
        return con.scalar(select(person.c.name).where(person.c.folded == fold(name)))


def _role(role):
    if role not in ROLES:
        raise UsageError(f"{role} is not a role. Choose from {', '.join(ROLES)}.")
    return role


def _sites_after(store, name, role, sites):
    "The sites as they are kept when the role, the sites or both change"
    with store.reading() as con:
        chosen = select(person.c.role, person.c.sites).where(person.c.folded == fold(name))
        now = con.execute(chosen).mappings().one_or_none()
    if now is None:
        raise UsageError(f"There is no user {name}.")
    kept = sites_of(now) if sites is UNCHANGED else sites
    return kept_sites(kept, role or now["role"])


def kept_sites(sites, role):
    """Sites as a row of `person` has them. Raises UsageError."""
    if sites is None:
        return None
    if role in OF_ALL_SITES:
        raise UsageError(
            f"The role {role} cannot be limited to sites. Give the role viewer, coordinator or"
            " steward, or --all-sites."
        )
    if not sites or any(len(site) > LONGEST_SITE for site in sites):
        raise UsageError(f"Give one site or more, of at most {LONGEST_SITE} characters.")
    return json.dumps(sorted(set(sites)), ensure_ascii=False)


def _hashed(password, name):
    if len(password) < SHORTEST:
        raise UsageError(f"A password needs at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise UsageError(f"A password has at most {LONGEST} characters.")
    if _is_easy(password, name):
        raise UsageError(
            "This password is easy to guess: it is, or resembles, one that many people use, or the"
            " name. Choose another, for example four words that have nothing to do with each other."
        )
    return _hasher.hash(password)


def _is_easy(password, name):
    "Fewer than a million guesses, by the lists of common passwords, words and names of zxcvbn"
    from zxcvbn import zxcvbn  # its lists take a tenth of a second that only a new password needs

    return zxcvbn(password[:72], user_inputs=[name, "b12", "screening"])["score"] < 2

"""Who may log in: names, roles and passwords (Argon2id)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import insert, select, update

from pipeline.core import UsageError
from pipeline.worklist.actions import Actor
from pipeline.worklist.statuses import ROLES
from pipeline.worklist.store import Conflict
from pipeline.worklist.tables import person

SHORTEST = 12
_hasher = PasswordHasher()


@cache
def _hash_for_unknown_users():
    "Compared with the password of an unknown user, so that the answer takes equally long"
    return _hasher.hash("nobody")


def add_user(store, name, *, role, password):
    """Add a person who may log in. Raises UsageError: a name in use, an unknown role, a short
    password."""
    if not name.strip() or len(name) > 100:
        raise UsageError("A user name needs 1 to 100 characters.")
    try:
        with store.writing() as con:
            con.execute(
                insert(person),
                [{"name": name, "role": _role(role), "password_hash": _hashed(password)}],
            )
    except Conflict:
        raise UsageError(f"The user {name} already exists.") from None


def users(store):
    """The people who may log in: name, role, is_disabled."""
    with store.reading() as con:
        return [
            dict(row)
            for row in con.execute(
                select(person.c.name, person.c.role, person.c.is_disabled).order_by(person.c.name)
            ).mappings()
        ]


def change_user(store, name, *, role=None, password=None, is_disabled=None):
    """Change a role or password, or disable a user; open sessions follow at once.
    Raises UsageError."""
    values = {"role": _role(role)} if role else {}
    if password is not None:
        values |= {
            "password_hash": _hashed(password),
            "password_version": person.c.password_version + 1,
        }
    if is_disabled is not None:
        values["is_disabled"] = is_disabled
    with store.writing() as con:
        if not con.execute(update(person).where(person.c.name == name).values(values)).rowcount:
            raise UsageError(f"There is no user {name}.")


def verify(store, name, password):
    """The Actor of this name and the version of the password, or None; takes as long whether or not
    the name is known."""
    with store.reading() as con:
        user = con.execute(select(person).where(person.c.name == name)).mappings().one_or_none()
    try:
        _hasher.verify(user["password_hash"] if user else _hash_for_unknown_users(), password)
    except (VerificationError, InvalidHashError):
        return None
    return (
        (Actor(user["name"], user["role"]), user["password_version"])
        if user and not user["is_disabled"]
        else None
    )


def logged_in(store, name, password_version):
    """The Actor of an open session, with today's role; None when shut out, or the password changed
    since."""
    chosen = select(person.c.name, person.c.role).where(
        person.c.name == name, person.c.password_version == password_version, ~person.c.is_disabled
    )
    with store.reading() as con:
        user = con.execute(chosen).one_or_none()
    return Actor(*user) if user else None


def _role(role):
    if role not in ROLES:
        raise UsageError(f"{role} is not a role. Choose from {', '.join(ROLES)}.")
    return role


def _hashed(password):
    if len(password) < SHORTEST:
        raise UsageError(f"A password needs at least {SHORTEST} characters.")
    return _hasher.hash(password)

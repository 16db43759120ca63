"""Users of single sign-on: each is a subject of the provider, whatever name they bear there."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from pipeline.core import UsageError
from pipeline.worklist.actions import Actor
from pipeline.worklist.store import Conflict
from pipeline.worklist.tables import attempt, person
from pipeline.worklist.user_names import fold
from pipeline.worklist.users import NO_PASSWORD, kept_sites, sites_of


class NotAdmitted(Exception):
    """The provider knows them, and they may not log in. is_disabled: as they are shut out here,
    else as another user has their name; name: as it is on record."""

    def __init__(self, name, *, is_disabled):
        self.name, self.is_disabled = name, is_disabled


@dataclass(frozen=True)
class Admitted:
    """Who logs in; changed: None, or what became of them (`user_add`, `user_role`)."""

    actor: Actor
    changed: str | None


def subject_of(issuer, sub):
    """A subject as it is kept: no issuer has a blank."""
    return f"{issuer} {sub}"


def admit(store, *, subject, name, grant):
    """The Admitted user of a subject, made at the first login under this name; role and sites are
    as granted now. Raises NotAdmitted."""
    try:
        with store.writing() as con:
            return _renewed(con, subject, grant) or _added(con, subject, name, grant)
    except Conflict:  # the name is another user's, or they log in twice at one time
        with store.writing() as con:
            admitted = _renewed(con, subject, grant)
    if admitted is None:
        raise NotAdmitted(name, is_disabled=False)
    return admitted


def _renewed(con, subject, grant):
    chosen = select(person).where(person.c.subject == subject).with_for_update()
    row = con.execute(chosen).mappings().one_or_none()
    if row is None:
        return None
    if row["is_disabled"]:
        raise NotAdmitted(row["name"], is_disabled=True)
    actor = Actor(row["name"], grant.role, grant.sites)
    if (row["role"], sites_of(row)) == (grant.role, grant.sites):
        return Admitted(actor, None)
    changes = {"role": grant.role, "sites": kept_sites(grant.sites, grant.role)}
    con.execute(update(person).where(person.c.subject == subject).values(changes))
    return Admitted(actor, "user_role")


def _added(con, subject, name, grant):
    sites = kept_sites(grant.sites, grant.role)
    row = {
        "name": name, "folded": fold(name), "role": grant.role, "sites": sites,
        "password_hash": NO_PASSWORD, "subject": subject,
    }  # fmt: skip
    con.execute(insert(person).values(row))
    return Admitted(Actor(name, grant.role, grant.sites), "user_add")


def bind(store, name, subject):
    """Make a user one of single sign-on: their password and their sessions end. Raises
    UsageError."""
    values = {
        "subject": subject, "password_hash": NO_PASSWORD,
        "password_version": person.c.password_version + 1,
    }  # fmt: skip
    chosen = update(person).where(person.c.folded == fold(name))
    try:
        with store.writing() as con:
            if not con.execute(chosen.values(values)).rowcount:
                raise UsageError(f"There is no user {name}.")
    except Conflict:
        raise UsageError("Another user is this subject already. b12 user list shows all.") from None


def is_first_use(store, state, *, now=None):
    """Whether an attempt to log in by the provider comes back for the first time; from then on it
    does not."""
    key = hashlib.sha256(repr(("state", state)).encode()).hexdigest()
    row = {"key": key, "failures": 0, "last_at": now or datetime.now(UTC)}
    try:
        with store.writing() as con:
            con.execute(insert(attempt).values(row))
    except Conflict:
        return False
    return True

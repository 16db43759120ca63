"""How long a login has to wait after wrong passwords: longer with each, and never locked out.

Counted in the store before a password is looked at, so that guesses at one time, from several
processes or after a restart are counted together. A row's name is a hash: people type passwords
into the field for the name.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.worklist.items import in_utc
from pipeline.worklist.tables import attempt
from pipeline.worklist.user_names import fold

FORGOTTEN_AFTER = timedelta(days=1)  # without another wrong password
KNOWN_FOR = timedelta(days=30)  # since a user last logged in from an address


@dataclass(frozen=True)
class Limit:
    """After `free` wrong passwords each further one waits twice as long, `longest` at most
    (seconds)."""

    free: int
    longest: int

    def delay(self, failures):
        """Seconds to wait after so many wrong passwords."""
        beyond = failures - self.free
        return 0 if beyond < 0 else min(2 ** min(beyond, 20), self.longest)


# A user from one address; a user from anywhere; any user from one address. The last two hold up
# only who has not logged in from there of late: guesses must not keep those away who belong there.
LIMITS = {"pair": Limit(5, 900), "user": Limit(20, 60), "address": Limit(50, 10)}


def seconds_to_wait(store, name, address, *, now=None):
    """0, and the attempt is counted as a wrong one until `logged_in_from` says otherwise; else how
    many seconds to wait, and nothing is counted. name: None where no password is tried."""
    now, keys = now or datetime.now(UTC), _keys(name, address)
    with store.writing() as con:
        rows = _locked(con, store, keys, now)
        succeeded_at = rows[keys["pair"]]["succeeded_at"] if "pair" in keys else None
        is_known = succeeded_at and now - in_utc(succeeded_at) < KNOWN_FOR
        asked = ["pair"] if is_known else list(keys)
        waits = [in_utc(rows[keys[kind]]["wait_until"]) for kind in asked]
        if wait := max((until for until in waits if until and until > now), default=None):
            return -(-(wait - now) // timedelta(seconds=1))
        for kind, key in keys.items():
            _count(con, rows[key], LIMITS[kind], now)
    return 0


def logged_in_from(store, name, address, *, now=None):
    """The password was right: nothing is held against the user at this address any more, and the
    attempt is taken back elsewhere."""
    now, keys = now or datetime.now(UTC), _keys(name, address)
    with store.writing() as con:
        rows = _locked(con, store, keys, now)
        if "pair" in keys:
            _set(con, keys["pair"], failures=0, wait_until=None, succeeded_at=now)
        for kind in keys.keys() - {"pair"}:
            failures = max(0, rows[keys[kind]]["failures"] - 1)
            wait_until = rows[keys[kind]]["wait_until"] if LIMITS[kind].delay(failures) else None
            _set(con, keys[kind], failures=failures, wait_until=wait_until)
        is_old = attempt.c.last_at < now - FORGOTTEN_AFTER
        is_unknown = attempt.c.succeeded_at.is_(None) | (attempt.c.succeeded_at < now - KNOWN_FOR)
        con.execute(delete(attempt).where(is_old, is_unknown))


def _keys(name, address):
    named = {"address": (address,)}
    if name is not None:
        named |= {"pair": (fold(name), address), "user": (fold(name),)}
    return {
        kind: hashlib.sha256(repr((kind, *parts)).encode()).hexdigest()
        for kind, parts in named.items()
    }


def _locked(con, store, keys, now):
    "The rows of the keys, made where there are none, locked in one order (SQLite has one writer)"
    fresh = [{"key": key, "failures": 0, "last_at": now} for key in sorted(keys.values())]
    made = (sqlite if store.is_sqlite else postgresql).insert(attempt).on_conflict_do_nothing()
    con.execute(made, fresh)
    chosen = select(attempt).where(attempt.c.key.in_(keys.values())).order_by(attempt.c.key)
    return {row["key"]: row for row in con.execute(chosen.with_for_update()).mappings()}


def _count(con, row, limit, now):
    is_old = now - in_utc(row["last_at"]) > FORGOTTEN_AFTER
    failures = 1 if is_old else row["failures"] + 1
    delay = limit.delay(failures)
    wait_until = now + timedelta(seconds=delay) if delay else None
    _set(con, row["key"], failures=failures, wait_until=wait_until, last_at=now)


def _set(con, key, **values):
    con.execute(update(attempt).where(attempt.c.key == key).values(**values))

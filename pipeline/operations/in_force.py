"""The settings and the site's files in force, and a record of what changed: who decides how a night
is judged leaves a trace, as who looks at a patient does."""

import hashlib
import os
import re
import stat
from contextlib import closing, suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline import worklist
from pipeline.core import (
    REPOSITORY,
    Malformed,
    account,
    described_settings,
    exclusive_lock,
    printable,
    read_json,
    sha256_of,
    write_json,
)

RECORDED = "settings-recorded.json"
OURS = ("deadlines.yaml", "expectations.yaml")  # besides sources/ and letters/
SHIPPED = ("expectations", "letters", "protocol", "sources", "sql")
ABSENT = "not set"
LONGEST_VALUE, LONGEST_RECORD, DIGITS = 120, 2000, 12
_QUERY = re.compile(r"(://[^\s?]*)\?\S*")


def record_settings(home, *, origin, is_first=True):
    """Keep in the audit which settings, gates, profiles and maps changed since the last record,
    from what to what; nothing where nothing did.

    origin: the command line, airflow or the pages, whose environments differ. is_first: also where
    there is no record yet. Of secrets only whether they are set. Raises StorageError.
    """
    with exclusive_lock(home, "settings"):
        known = _known(home)
        if known is None and not is_first:
            return
        before = known or {}
        settings, files = settings_in_force(), files_in_force(home)
        changes = [
            *_changes(before.get(origin, {}), settings),
            *_changes(before.get("files", {}), files),
        ]
        if changes:
            _record(home, changes, origin)
            write_json(home.root / RECORDED, {**before, origin: settings, "files": files})


def _known(home):
    "The last record, None where there is none; of one that cannot be read all counts as changed"
    try:
        known = read_json(home.root / RECORDED)
        return known if isinstance(known, dict) else {}
    except FileNotFoundError:
        return None
    except (OSError, Malformed):
        return {}


def settings_in_force():
    """The settings that the environment sets: variable -> value. Passwords and queries in addresses
    are left out, of a secret there is only that it is set."""
    return {
        variable: "set" if is_secret else _QUERY.sub(r"\1?***", value)
        for variable, value, is_secret in _given()
    }


def _given():
    for variable, _, _, shown in described_settings():
        if os.environ.get(variable):
            yield variable, str(shown), set(str(shown)) == {"*"}


def files_in_force(home):
    """What else decides: the site's own files, each by the first digits of its SHA-256, the rooms
    of the program by one for all their files, and the program's version."""
    own = [home.root / name for name in OURS]
    for folder in filter(Path.is_dir, (home.letters, home.sources)):
        own += [path for path in sorted(folder.rglob("*")) if not path.name.startswith(".")]
    named = {path.relative_to(home.root).as_posix(): _digest(path) for path in own}
    return {name: digest for name, digest in {**named, **_program()}.items() if digest}


@lru_cache(maxsize=1)
def _program():
    "Once for each process, which has read them, too"
    rooms = {f"{room}/ of the program": _digest_of_room(REPOSITORY / room) for room in SHIPPED}
    with suppress(PackageNotFoundError):
        rooms["the program"] = version("b12-screening")
    return rooms


def _digest(path):
    "None where there is no file, and nothing is waited for where it is a pipe"
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
        return sha256_of(path)[:DIGITS] if is_file else None
    except FileNotFoundError:
        return None
    except OSError:
        return "unreadable"


def _digest_of_room(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if "__pycache__" not in path.parts and (of_file := _digest(path)):
            digest.update(f"{path.relative_to(folder)}\0{of_file}\n".encode())
    return digest.hexdigest()[:DIGITS]


def _changes(before, now):
    for name in sorted({*before, *now}):
        was, becomes = before.get(name, ABSENT), now.get(name, ABSENT)
        if was != becomes:
            yield f"{_short(name)}: {_short(was)} → {_short(becomes)}"


def _short(text):
    told = printable(text).replace("\n", " ")
    return told if len(told) <= LONGEST_VALUE else f"{told[: LONGEST_VALUE - 1]}…"


def _record(home, changes, origin):
    told = []
    for change in changes:
        if sum(map(len, told)) + len(change) > LONGEST_RECORD:
            told.append(f"and {len(changes) - len(told):,} more")
            break
        told.append(change)
    with closing(worklist.open_store(home)) as store:
        worklist.record_access(
            store,
            actor=worklist.Actor(account(), "admin"),
            what="settings",
            rows=len(changes),
            detail="; ".join(told),
            origin=origin,
        )

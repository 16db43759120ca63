"""The commands that serve the pages and manage their users."""

import getpass
import json
import sys
from contextlib import closing
from datetime import UTC, datetime, time, timedelta

from pipeline import worklist
from pipeline.cli.commands.recording import record_in
from pipeline.cli.commands.terminal import say
from pipeline.core import UsageError, zone
from pipeline.exports import table
from pipeline.profiles import clean_id
from pipeline.screening import parse_day

LOCAL_PROXY = ("127.0.0.1", "::1")
AUDIT_COLUMNS = ("at", "who", "origin", "what", "rows", "detail", "key")


def serve(home, options):
    from pipeline.web import serve as serve_pages

    return serve_pages(
        home,
        host=options.host,
        port=options.port,
        certificate=options.certificate,
        key=options.key,
        names=options.name,
        proxies=[*options.behind_proxy, *(LOCAL_PROXY if options.behind_tls else [])],
    )


def user(home, options):
    store = worklist.open_store(home)
    if options.action == "list":
        people = worklist.users(store)
        say(
            table(people, ("name", "role", "is_disabled"))
            if people
            else "No users yet: b12 user add NAME --role admin"
        )
        return
    if options.name is None:
        raise UsageError(f"Give a name: b12 user {options.action} NAME")
    detail = _changed(store, options)
    record_in(store, f"user_{options.action.replace('-', '_')}", detail=detail)
    say(f"{options.name}: done.")


def _changed(store, options):
    "Change the user; returns what is put on record of it"
    name, role = options.name, options.role or "viewer"
    if options.action == "add":
        worklist.add_user(store, name, role=role, password=_password())
    elif options.action == "role":
        worklist.change_user(store, name, role=role)
    elif options.action == "password":
        worklist.change_user(store, name, password=_password())
    elif options.action == "sign-out":
        if worklist.known_name(store, name) is None:
            raise UsageError(f"There is no user {name}.")
        return f"{name}: {worklist.end_sessions(store, name)} sessions ended"
    else:
        worklist.change_user(store, name, is_disabled=options.action == "disable")
    return f"{name}: {role}" if options.action in ("add", "role") else name


def audit(home, options):
    """Who saw whom: of a patient, of a user, since a day; that it was asked is on record too."""
    with closing(worklist.open_store(home)) as store:
        asked = _asked(store, options)
        found = {} if asked.key is None else worklist.item(store, asked.key)
        items = [found["id"]] if found else []
        record_in(store, "audit", items=items, rows=len(items), detail=_described(options))
        if options.format == "jsonl":
            for line in worklist.access_lines(store, asked):
                say(json.dumps(line, ensure_ascii=False))
            return
        rows = [_shown(row) for row in worklist.accesses(store, asked, limit=options.most)]
        say(table(rows, AUDIT_COLUMNS) if rows else "No access is on record for this.")


def _asked(store, options):
    key = None
    if options.patient:
        patient_id = clean_id(sys.stdin.readline().strip())
        rows = worklist.find_patients(store, patient_id, limit=1) if patient_id else []
        key = next((row["key"] for row in rows if row["patient_id"] == patient_id), None)
        if key is None:
            raise UsageError("No access to a patient with this ID is on record. Check the ID.")
    since, until = (_day(text) for text in (options.since, options.until))
    until = until + timedelta(days=1) if until else None
    return worklist.Asked(key=key, who=options.user, since=since, until=until)


def _day(text):
    return datetime.combine(parse_day(text), time(), zone()).astimezone(UTC) if text else None


def _described(options):
    named = {"user": options.user, "since": options.since, "until": options.until}
    return "; ".join(f"{name}: {value}" for name, value in named.items() if value) or None


def _shown(row):
    "In a table: the instant to the second, and what is empty as nothing"
    at = row["at"].astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S")
    return {name: "" if row.get(name) is None else row[name] for name in AUDIT_COLUMNS} | {"at": at}


def _password():
    """Asked for twice on a terminal; else the first line of what is piped in. Never an argument:
    arguments are visible to all processes"""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, again = (
        getpass.getpass("Password (at least 12 characters): "),
        getpass.getpass("Again: "),
    )
    if first != again:
        raise UsageError("The two passwords differ. Type the command again.")
    return first

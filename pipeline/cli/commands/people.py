"""The commands that serve the pages and manage their users."""

import getpass
import json
import sys
from contextlib import closing

from pipeline import worklist
from pipeline.cli.commands.recording import record_in
from pipeline.cli.commands.terminal import asked, say, show
from pipeline.core import UsageError, counted, zone
from pipeline.exports import table
from pipeline.profiles import clean_id
from pipeline.screening import parse_day

LOCAL_PROXY = ("127.0.0.1", "::1")
NOTHING = "No access is on record for this."
AUDIT_LEAST = ("origin", "rows")
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
        people = [
            user | {"sites": worklist.named_sites(user["sites"])} for user in worklist.users(store)
        ]
        say(
            table(people, ("name", "role", "sites", "is_disabled"))
            if people
            else "No users yet: b12 user add NAME --role admin"
        )
        return
    if options.name is None:
        raise UsageError(f"Give a name: b12 user {options.action} NAME")
    detail = _bound(home, store, options) if options.action == "bind" else _changed(store, options)
    record_in(store, f"user_{options.action.replace('-', '_')}", detail=detail)
    say(f"{options.name}: done.")


def _changed(store, options):
    "Change the user; returns what is put on record of it"
    name, role, sites = options.name, options.role or "viewer", _sites(options)
    if options.action == "add":
        given = None if sites is worklist.UNCHANGED else sites
        worklist.add_user(store, name, role=role, password=_password(), sites=given)
        return f"{name}: {role}, {worklist.named_sites(given)}"
    if options.action == "role":
        worklist.change_user(store, name, role=role, sites=sites)
        return f"{name}: {role}" + (
            "" if sites is worklist.UNCHANGED else f", {worklist.named_sites(sites)}"
        )
    if options.action == "sites":
        if sites is worklist.UNCHANGED:
            raise UsageError("Give --site SITE, once or more often, or --all-sites.")
        worklist.change_user(store, name, sites=sites)
        return f"{name}: {worklist.named_sites(sites)}"
    return _changed_login(store, options)


def _sites(options):
    "The sites asked for, None for all, UNCHANGED where nothing was said of them"
    if options.all_sites and options.site:
        raise UsageError("Give --site or --all-sites, not both.")
    if options.all_sites:
        return None
    if not options.site:
        return worklist.UNCHANGED
    return tuple("" if site.strip() == "-" else site.strip() for site in options.site)


def _changed_login(store, options):
    name = options.name
    if options.action == "password":
        worklist.change_user(store, name, password=_password())
    elif options.action == "sign-out":
        if worklist.known_name(store, name) is None:
            raise UsageError(f"There is no user {name}.")
        return f"{name}: {counted(worklist.end_sessions(store, name), 'session')} ended"
    else:
        worklist.change_user(store, name, is_disabled=options.action == "disable")
    return name


def _bound(home, store, options):
    "Make the user one of single sign-on; returns what is put on record of it"
    setup = worklist.single_sign_on(home)
    if setup is None:
        raise UsageError("Single sign-on is not set up: set $B12_SSO_ISSUER.")
    if not options.subject:
        raise UsageError("Give the subject, as the audit page shows it: --subject SUB")
    worklist.bind(store, options.name, worklist.subject_of(setup.issuer, options.subject))
    return f"{options.name}: subject {options.subject}"


def audit(home, options):
    """Who saw whom: of a patient, of a user, since a day; that it was asked is on record too."""
    with closing(worklist.open_store(home)) as store:
        wanted = _wanted(store, options)
        found = {} if wanted.key is None else worklist.item(store, wanted.key)
        items = [found["id"]] if found else []
        named = {name: getattr(options, name) for name in ("user", "what", "since", "until")}
        asked_for = worklist.described(**named)
        record_in(store, "audit", items=items, rows=len(items), detail=asked_for)
        if options.format == "jsonl":
            for line in worklist.access_lines(store, wanted):
                show(json.dumps(line, ensure_ascii=False))
            return
        rows = [_shown(row) for row in worklist.accesses(store, wanted, limit=options.most)]
        say(
            table(rows, AUDIT_COLUMNS, least=AUDIT_LEAST)
            if rows
            else "No access is on record for this."
        )


def _wanted(store, options):
    key = None
    if options.patient:
        key = worklist.key_of_patient(store, clean_id(asked("Patient ID: ")))
        if key is None:
            raise UsageError("No access to a patient with this ID is on record. Check the ID.")
    since, until = (parse_day(text) if text else None for text in (options.since, options.until))
    return worklist.Asked.of_days(
        key=key, who=options.user, what=options.what, since=since, until=until
    )


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

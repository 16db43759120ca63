"""The commands that serve the pages and manage their users."""

import getpass
import sys

from pipeline import worklist
from pipeline.cli.commands.terminal import say
from pipeline.core import UsageError
from pipeline.exports import table


def serve(home, options):
    from pipeline.web import serve as serve_pages

    return serve_pages(
        home,
        host=options.host,
        port=options.port,
        certificate=options.certificate,
        key=options.key,
        names=options.name,
        is_behind_tls=options.behind_tls,
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
    if options.action == "add":
        worklist.add_user(store, options.name, role=options.role or "viewer", password=_password())
    elif options.action == "role":
        worklist.change_user(store, options.name, role=options.role or "viewer")
    elif options.action == "password":
        worklist.change_user(store, options.name, password=_password())
    else:
        worklist.change_user(store, options.name, is_disabled=options.action == "disable")
    say(f"{options.name}: done.")


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

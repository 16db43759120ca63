"""The commands that serve the pages and manage their users."""

import getpass
import sys

from pipeline import worklist
from pipeline.cli.commands.terminal import say
from pipeline.core import UsageError
from pipeline.exports import table


def serve(home, given):
    from pipeline.web import serve as serve_pages

    return serve_pages(
        home, host=given.host, port=given.port, certificate=given.certificate, key=given.key,
        names=given.name, is_behind_tls=given.behind_tls,
    )  # fmt: skip


def user(home, given):
    store = worklist.open_store(home)
    if given.action == "list":
        people = worklist.users(store)
        say(
            table(people, ("name", "role", "is_disabled"))
            if people
            else "No users yet: b12 user add NAME --role admin"
        )
        return
    if given.name is None:
        raise UsageError(f"Give a name: b12 user {given.action} NAME")
    if given.action == "add":
        worklist.add_user(store, given.name, role=given.role or "viewer", password=_password())
    elif given.action == "role":
        worklist.change_user(store, given.name, role=given.role or "viewer")
    elif given.action == "password":
        worklist.change_user(store, given.name, password=_password())
    else:
        worklist.change_user(store, given.name, is_disabled=given.action == "disable")
    say(f"{given.name}: done.")


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

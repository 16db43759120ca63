"""The commands of whoever operates an installation."""

import os
import pwd
from dataclasses import asdict
from datetime import UTC, datetime

from pipeline.backup import backup as back_up
from pipeline.backup import restore as return_to_landing
from pipeline.cli.commands.terminal import say
from pipeline.core import StorageError, UsageError
from pipeline.erasure import erase as erase_patient
from pipeline.exports import as_json, as_rows
from pipeline.operations import alerts, deadlines, examine
from pipeline.operations import notify as tell

OVERDUE = (
    14  # an exit code of its own: a cron job tells "something is late" from "it could not be seen"
)


def notify(home, given):
    told = tell(
        "B12 screening: a test message",
        [f"Sent by b12 notify for the home {home.root.name}. Nothing is wrong."],
    )
    if not told:
        raise UsageError(
            "No channel is configured: set $B12_NOTIFY_SMTP or $B12_NOTIFY_WEBHOOK. See"
            " docs/runbook.md."
        )
    for channel, wrong in told.items():
        say(f"{channel}: {wrong or 'sent'}")
    return StorageError.exit_code if any(told.values()) else 0


def overdue(home, given):
    now = datetime.now(UTC)
    found = (
        alerts.watch(home, now)
        if given.tell
        else [{"key": one.key, "says": one.says} for one in deadlines.overdue(home, now)]
    )
    say(
        as_rows(found, given.format, tuple(found[0]))
        if found
        else "Nothing is overdue."
        if given.format == "table"
        else "[]"
    )
    return OVERDUE if found else 0


def backup(home, given):
    done = back_up(home, given.folder)
    say(
        f"{given.folder}: {done['files']:,} files, {done['copied']:,} of them copied"
        f" ({done['bytes'] / 1e6:,.1f} MB), {done['removed']:,} removed;"
        f" {sum(done['store'].values()):,} rows of the worklist database."
    )


def restore(home, given):
    done = return_to_landing(home, given.folder, ledger_file=given.ledger)
    say(
        f"{home.root}: {done['files']:,} files and {sum(done['store'].values()):,} rows of the"
        f" worklist database, as of {done['made_at']}."
    )
    say(f"Erased again by the ledger: {done['erased']:,} ids.")
    if done["unreadable"]:
        say(
            f"Deleted: {done['unreadable']:,} refused files that cannot be read, and may name"
            " somebody who was erased."
        )
    if done["unknown"]:
        raise StorageError(
            f"{done['unknown']} erasures in the ledger were made under another key, so nobody can"
            " tell whose they are. Set $B12_ERASURE_KEY to that key, empty the new home and"
            " restore again, before anybody works with it."
        )
    say("Next: b12 doctor, then b12 worklist.")


def erase(home, given):
    if not home.root.is_dir():
        raise UsageError(
            f"There is no home {home.root}, so nobody to forget. Name the one that is meant:"
            " --home, or $B12_HOME."
        )
    rows = erase_patient(home, given.patient_id, who=_account())
    places = ", ".join(f"{name} {number:,}" for name, number in rows.items() if number)
    unknown = "none. Nobody of that id is known here (any more): check how it is written"
    say(f"Erased {sum(rows.values()):,} rows: {places or unknown}.")


def _account():
    "Who runs this, as the system has it: $USER is anybody's to set"
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def doctor(home, given):
    found = examine(home, is_deep=given.deep)
    counts = {state: sum(one.state == state for one in found) for state in ("ok", "look", "wrong")}
    if given.format == "json":
        say(as_json([asdict(one) for one in found]))
    else:
        for one in found:
            say(f"{one.state:<6} {one.what}." + (f"\n       -> {one.todo}." if one.todo else ""))
        say(f"\n{counts['ok']} ok, {counts['look']} to look at, {counts['wrong']} wrong.")
    return StorageError.exit_code if counts["wrong"] else 0

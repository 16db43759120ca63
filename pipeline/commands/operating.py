"""The commands of whoever operates an installation."""

from datetime import UTC, datetime

from pipeline import alerts, deadlines
from pipeline.commands.terminal import say
from pipeline.errors import LakeUnavailable, UsageError
from pipeline.notify import notify as tell
from pipeline.output import as_rows

OVERDUE = 14  # an exit code of its own: a cron job tells "something is late" from "it could not be seen"


def notify(home, given):
    told = tell("B12 screening: a test message", [f"Sent by b12 notify for the home {home.root.name}. Nothing is wrong."])
    if not told:
        raise UsageError("No channel is configured: set $B12_NOTIFY_SMTP or $B12_NOTIFY_WEBHOOK. See docs/runbook.md.")
    for channel, wrong in told.items():
        say(f"{channel}: {wrong or 'sent'}")
    return LakeUnavailable.exit_code if any(told.values()) else 0


def overdue(home, given):
    now = datetime.now(UTC)
    found = alerts.watch(home, now) if given.tell else [{"key": one.key, "says": one.says} for one in deadlines.overdue(home, now)]
    say(as_rows(found, given.format, tuple(found[0])) if found else "Nothing is overdue." if given.format == "table" else "[]")
    return OVERDUE if found else 0

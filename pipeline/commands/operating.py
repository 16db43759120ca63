"""The commands of whoever operates an installation."""

from pipeline.commands.terminal import say
from pipeline.errors import LakeUnavailable, UsageError
from pipeline.notify import notify as tell


def notify(home, given):
    told = tell("B12 screening: a test message", [f"Sent by b12 notify for the home {home.root.name}. Nothing is wrong."])
    if not told:
        raise UsageError("No channel is configured: set $B12_NOTIFY_SMTP or $B12_NOTIFY_WEBHOOK. See docs/runbook.md.")
    for channel, wrong in told.items():
        say(f"{channel}: {wrong or 'sent'}")
    return LakeUnavailable.exit_code if any(told.values()) else 0

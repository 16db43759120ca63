"""The commands of an operator."""

from dataclasses import asdict
from datetime import UTC, datetime

from pipeline.backup import create_backup, restore_backup
from pipeline.cli.commands.recording import account
from pipeline.cli.commands.terminal import say
from pipeline.core import StorageError, UsageError, described_settings
from pipeline.erasure import erase as erase_patient
from pipeline.exports import as_json, as_rows, table
from pipeline.operations import alerts, deadlines, examine
from pipeline.operations import notify as send_notification

OVERDUE = 14  # an exit code of its own: "something is late" is not "it could not be checked"


def notify(home, options):
    results = send_notification(
        "B12 screening: a test message",
        [f"Sent by b12 notify for the home {home.root.name}. No action is needed."],
    )
    if not results:
        raise UsageError(
            "No channel is configured: set $B12_NOTIFY_SMTP or $B12_NOTIFY_WEBHOOK. "
            "See docs/runbook.md."
        )
    for channel, problem in results.items():
        say(f"{channel}: {problem or 'sent'}")
    return StorageError.exit_code if any(results.values()) else 0


def overdue(home, options):
    now = datetime.now(UTC)
    if options.tell:
        found = alerts.watch(home, now)
    else:
        found = [{"key": alert.key, "says": alert.says} for alert in deadlines.overdue(home, now)]
    columns = tuple(found[0]) if found else ("key", "says")
    say(as_rows(found, options.format, columns, empty="Nothing is overdue."))
    return OVERDUE if found else 0


def backup(home, options):
    done = create_backup(home, options.folder)
    megabytes = done["bytes"] / 1e6
    say(
        f"{options.folder}: {done['files']:,} files, {done['copied']:,} of them copied "
        f"({megabytes:,.1f} MB), {done['removed']:,} removed; "
        f"{sum(done['store'].values()):,} rows of the worklist database."
    )


def restore(home, options):
    done = restore_backup(home, options.folder, ledger_file=options.ledger)
    say(
        f"{home.root}: {done['files']:,} files and {sum(done['store'].values()):,} rows of the "
        f"worklist database, as of {done['made_at']}."
    )
    say(f"Erased again according to the ledger: {done['erased']:,} patient IDs.")
    if done["unreadable"]:
        say(
            f"Deleted: {done['unreadable']:,} unreadable refused files, which may name a patient "
            "who was erased."
        )
    if done["unknown"]:
        raise StorageError(
            f"{done['unknown']} erasures in the ledger were made under another key, so it is not "
            "known whose they are. Set $B12_ERASURE_KEY to that key, empty the new home and "
            "restore again, before anybody works with it."
        )
    say("Next: b12 doctor, then b12 worklist.")


def erase(home, options):
    if not home.root.is_dir():
        raise UsageError(f"The home {home.root} does not exist. Name another: --home or $B12_HOME.")
    rows = erase_patient(home, options.patient_id, who=account())
    places = ", ".join(f"{name} {number:,}" for name, number in rows.items() if number)
    unknown = "no patient with this ID was found. Check the ID"
    say(f"Erased {sum(rows.values()):,} rows: {places or unknown}.")


def doctor(home, options):
    if options.settings:
        return _settings(options)
    findings = examine(home, is_deep=options.deep)
    counts = {state: sum(f.state == state for f in findings) for state in ("ok", "look", "wrong")}
    if options.format == "json":
        say(as_json([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            todo = f"\n       -> {finding.todo}." if finding.todo else ""
            say(f"{finding.state:<6} {finding.what}.{todo}")
        say(f"\n{counts['ok']} ok, {counts['look']} to look at, {counts['wrong']} wrong.")
    return StorageError.exit_code if counts["wrong"] else 0


def _settings(options):
    rows = [
        {"setting": variable, "value": value or "", "default": default or "", "meaning": meaning}
        for variable, default, meaning, value in described_settings()
    ]
    columns = ("setting", "value", "default", "meaning")
    say(as_json(rows) if options.format == "json" else table(rows, columns))
    return 0

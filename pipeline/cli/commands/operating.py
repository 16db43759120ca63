"""The commands of an operator."""

import logging
from dataclasses import asdict
from datetime import UTC, datetime

from pipeline.backup import create_backup, restore_backup, upgrade_home
from pipeline.cli.commands.terminal import is_confirmed, patient_id_of, say, show, tell_account
from pipeline.core import StorageError, UsageError, account, counted, described_settings
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
    show(as_rows(found, options.format, columns, empty="Nothing is overdue."))
    return OVERDUE if found else 0


def receive(home, options):
    from pipeline.receiving import receive as receive_messages

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    receive_messages(
        home, source=options.source, host=options.host, port=options.port, ready=_tell_address
    )


def _tell_address(address):
    print(f"Messages are received at {address}; stop it with Ctrl-C.", flush=True)


def backup(home, options):
    done = create_backup(home, options.folder)
    megabytes = done["bytes"] / 1e6
    say(
        f"{options.folder}: {counted(done['files'], 'file')}, {done['copied']:,} copied "
        f"({megabytes:,.1f} MB), {done['removed']:,} removed; "
        f"{counted(sum(done['store'].values()), 'row')} of the worklist database."
    )
    if not done["is_signed"]:
        say(
            "Not signed, and without the erasure key: set $B12_BACKUP_KEY, so that a restore can"
            " tell that the backup was not changed, and keep a copy of erasure-key elsewhere."
        )


def restore(home, options):
    done = restore_backup(
        home, options.folder, ledger_file=options.ledger, may_be_unsigned=options.unsigned
    )
    say(
        f"{home.root}: {counted(done['files'], 'file')} and"
        f" {counted(sum(done['store'].values()), 'row')} of the worklist database, as of"
        f" {done['made_at']}."
    )
    say(f"Erased again according to the ledger: {counted(done['erased'], 'patient ID')}.")
    if done["unreadable"]:
        say(
            f"Deleted: {counted(done['unreadable'], 'unreadable refused file')}, which may name a "
            "patient who was erased."
        )
    if done["unknown"]:
        raise StorageError(
            f"{counted(done['unknown'], 'erasure')} in the ledger made under another key: it is not"
            " known whose. Set $B12_ERASURE_KEY to that key, empty the new home and "
            "restore again, before users work with it."
        )
    if not done["has_erasure_key"]:
        say(
            f"The erasure key is not in this backup. Put your copy of it into"
            f" {home.root / 'erasure-key'}, or set $B12_ERASURE_KEY, before a patient is erased."
        )
    say("Next: b12 doctor, then b12 worklist.")


def upgrade(home, options):
    folder = options.backup or home.root.with_name(f"{home.root.name}-before-upgrade")
    done = upgrade_home(home, folder, progress=tell_account)
    if done is None:
        say(f"{home.root} is in the form of this version; nothing to do.")
        return
    say(
        f"{home.root} was brought from form {done.form} to this version:"
        f" {counted(done.files, 'file was', 'files were')} replayed, {done.rewritten:,} of them"
        " without patients erased earlier. The backup is in"
        f" {done.backup}. Next: b12 doctor, then b12 screen."
    )
    if done.expired:
        say(
            f"Of {counted(done.expired, 'file')} past their retention the rows were kept as they"
            " were."
        )


def erase(home, options):
    if not home.root.is_dir():
        raise UsageError(f"The home {home.root} does not exist. Name another: --home or $B12_HOME.")
    patient_id = patient_id_of(options)
    is_asked = not (options.yes or options.dry_run)
    if is_asked and not is_confirmed("Erase this patient everywhere? This cannot be undone."):
        raise UsageError("Nothing was erased. To erase without being asked, add --yes.")
    done = erase_patient(home, patient_id, who=account(), is_dry_run=options.dry_run)
    if done.erased_on:
        say(f"This patient was erased on {done.erased_on}; nothing is left to erase.")
        return
    places = ", ".join(f"{name} {number:,}" for name, number in done.rows.items())
    verb = "Would erase" if options.dry_run else "Erased"
    say(f"{verb} {counted(sum(done.rows.values()), 'row')}: {places}.")
    for path, rows in done.files if options.dry_run else ():
        say(f"  {path}: {rows:,}")
    _tell_mentions(done.mentions)


def _tell_mentions(mentions):
    if mentions:
        say(
            "The ID still stands in text of others, or in what waits to be ingested. Look at each"
            " place and decide:"
        )
    for mention in mentions:
        where = f" from line {mention.first:,}" if mention.first else ""
        say(f"  {mention.where}: {mention.lines:,}{where}")


def doctor(home, options):
    if options.settings:
        return _settings(options)
    findings = examine(home, is_deep=options.deep)
    counts = {state: sum(f.state == state for f in findings) for state in ("ok", "look", "wrong")}
    if options.format == "json":
        show(as_json([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            say(f"{finding.state:<6} {finding.what}.", hang=7)
            if finding.todo:
                say(f"       -> {finding.todo}.", hang=3)
        say(f"\n{counts['ok']} ok, {counts['look']} to look at, {counts['wrong']} wrong.")
    return StorageError.exit_code if counts["wrong"] else 0


def _settings(options):
    rows = [
        {"setting": variable, "value": value or "", "default": default or "", "meaning": meaning}
        for variable, default, meaning, value in described_settings()
    ]
    columns = ("setting", "value", "default", "meaning")
    show(as_json(rows) if options.format == "json" else table(rows, columns, least=("default",)))
    return 0

"""The commands of the data steward and the engineer at a site."""

from pipeline import run as walk
from pipeline.analysis import stewardship
from pipeline.cli.commands.recording import record
from pipeline.cli.commands.terminal import form_of, raise_refused, say, show, tell_account, write
from pipeline.core import Refused, UsageError, account, counted
from pipeline.exports import account_line, as_json, as_rows, table
from pipeline.ingest import replay
from pipeline.operations import dismiss, open_refusals, refused_files, retention, retry
from pipeline.profiles import answerable_as, answered, filled
from pipeline.sources import check, check_folder, draft
from pipeline.worklist import Actor

REJECTED = (
    "source",
    "file",
    "line",
    "entity",
    "rejected_because",
    "field",
    "code_system",
    "code",
    "unit",
    "performing_lab",
)
REJECTED_LEAST = ("source", "entity", "code_system", "performing_lab", "unit", "field", "code")
REFUSED = ("state", "source", "file", "received_at", "reason", "todo", "sha256", "settled")
CURE = ("profile_key", "remedy")
LIKELY = (
    "entity",
    "resembles",
    "likeness",
    "proposed",
    "delivered",
    "names",
    "units",
    "rows",
    "line",
)
LIST = (
    "source", "entity", "kind", "code_system", "delivered", "name", "other_names", "units", "rows",
    "patients", "first_on", "last_on", "band", "likeness", "resembles", "proposed_system",
    "proposed", "key",
)  # fmt: skip
LIST_LEAST = (
    "first_on", "last_on", "patients", "other_names", "proposed_system", "kind", "units", "key",
)  # fmt: skip
MAP = (
    "entity", "kind", "code_system", "delivered", "name", "other_names", "units", "rows",
    "likeness", "resembles", "proposed_system", "proposed", "map_to_system", "map_to",
)  # fmt: skip


def rejects(home, options):
    chosen = {"reason": options.reason, "source": options.source, "file": options.file}
    if options.by:
        rows, columns = (
            stewardship.rejected_groups(home, by=options.by, **chosen),
            (*options.by, "rows", "first_lines"),
        )
    else:
        rows, columns = (
            stewardship.rejected_rows(home, **chosen),
            REJECTED if options.format == "table" else (*REJECTED, "column_name", *CURE),
        )
    if options.reason and not rows and options.reason not in (known := stewardship.remedies()):
        raise UsageError(
            f"{options.reason} is not a rejection reason. Choose from: {', '.join(known)}."
        )
    record(home, "rejects", rows=len(rows), detail=options.reason)
    show(as_rows(rows, options.format, columns, empty="No rejected rows.", least=REJECTED_LEAST))
    reasons = {row.get("rejected_because") or row.get("reason") for row in rows} - {None}
    if options.format == "table" and reasons:
        say("\nHow to fix them:")
        say(
            "\n".join(
                f"  {reason}: {remedy}"
                for reason, remedy in stewardship.remedies().items()
                if reason in reasons
            )
        )


def refused(home, options):
    if options.retry and options.dismiss:
        raise UsageError("Give --retry or --dismiss, not both.")
    if options.because and not options.dismiss:
        raise UsageError("--because is the reason for --dismiss SHA256.")
    if options.retry:
        retry(home, options.retry)
        return raise_refused(home, walk.ingest_waiting(home, progress=tell_account))
    if options.dismiss:
        actor = Actor(account(), "admin")
        because = {"because": options.because, "origin": walk.COMMAND_LINE}
        names = dismiss(home, options.dismiss, actor=actor, **because)
        return say(f"No longer counted: {', '.join(names)}.")
    return _list_refused(refused_files(home) if options.all else open_refusals(home), options)


def _list_refused(files, options):
    if options.format == "json":
        return show(as_json([{name: getattr(file, name) for name in REFUSED} for file in files]))
    for file in files:
        say(f"{file.file} ({file.source}, {file.received_at:%Y-%m-%d}): {file.state}")
        for line in filter(None, (file.settled, f"{file.reason}.", f"-> {file.todo}.")):
            say(f"  {line}")
    return None if files else say("No file was refused.")


def unmapped(home, options):
    form = form_of(options.format, options.out, ("csv", "json"))
    rows = stewardship.unmapped(home, source=options.source)
    columns = MAP if form == "csv" else [name for name in LIST if any(row[name] for row in rows)]
    if form == "csv":
        rows = _with_answers(rows, options.out)
    said = {"empty": "All codes and units are mapped.", "least": LIST_LEAST}
    write(as_rows(rows, form, columns, **said), options.out)


def _with_answers(rows, path):
    "The rows with the answers of the map that is written anew; those without a row come first"
    if not path or not path.is_file():
        return rows
    try:
        answers = {answered(row): row for row in filled(path)}
    except ValueError as error:
        raise UsageError(f"{path} is not replaced: {error}. Name another file.") from None
    written = []
    for row in rows:
        answer = next((answers.pop(key) for key in answerable_as(row) & answers.keys()), {})
        given = {name: answer[name] for name in ("map_to_system", "map_to") if name in answer}
        written.append(row | given)
    return [*answers.values(), *written]


def source(home, options):
    if options.action == "draft":
        if options.out and options.out.suffix not in (".yaml", ".yml"):
            raise UsageError(f"--out {options.out}: a profile is YAML. Known endings: .yaml, .yml.")
        return write(draft(*options.arguments), options.out)
    if len(options.arguments) != 2:
        raise UsageError(
            "b12 source check takes a profile and a file or folder: b12 source check PROFILE FOLDER"
        )
    name, path = str(options.arguments[0]), options.arguments[1]
    return (
        _check_folder(home, name, path) if path.is_dir() else _tell_checked(check(home, name, path))
    )


def _check_folder(home, name, folder):
    tried = list(check_folder(home, name, folder))
    if not tried:
        raise UsageError(f"There is no file in {folder}.")
    for each in tried:
        say(account_line(each.checked.account) if each.checked else f"{each.file}: {each.said}")
    for each in tried:
        if each.checked:
            say(f"\n{each.file}")
            _tell_checked(each.checked)
    if refused := [each.file for each in tried if each.is_refused]:
        raise Refused(
            f"Files that would be refused: {', '.join(refused)}. See above for the reasons."
        )


def _tell_checked(checked):
    notes = "".join(f"\n    {note}" for note in checked.account.notes)
    say(
        f"As a file of the kind {checked.kind} it would give:\n"
        f"  {account_line(checked.account)}{notes}\n"
    )
    for entity in dict.fromkeys(row["entity"] for row in checked.columns):
        say(f"Understood as {entity}:")
        say(
            table(
                [row for row in checked.columns if row["entity"] == entity],
                ("column", "from", "filled", "distinct", "holds"),
            )
        )
    if checked.unread:
        say(f"\nNot read: {', '.join(checked.unread)}.")
    if checked.rejected:
        say("\nRejected:")
        say(table(checked.rejected, ("reason", "field", "rows", "lines", "key", "remedy")))
    if likely := [row for row in checked.unknown if row.get("likeness")]:
        say("\nNot mapped, though their names resemble names of the protocol:")
        say(table(likely, LIKELY))
    if others := [row for row in checked.unknown if not row.get("likeness")]:
        say("\nOther unmapped codes and units:" if likely else "\nUnmapped codes and units:")
        say(table(others, ("entity", "kind", "delivered", "name", "names", "rows")))
    if checked.unknown:
        say(
            "\nNext: ingest the file, write a map with `b12 unmapped --source PROFILE --format csv"
            " --out MAP.csv`, fill it in and name it under `maps`."
        )


def reingest(home, options):
    replay.reingest(home, progress=tell_account)


def compact(home, options):
    merged = sum(walk.compact_lake(home).values())
    gone = retention.apply_retention(home, who=account())
    say(
        f"Lake files merged: {merged:,}, removed: {gone['lake_files']:,}. Past their retention and"
        f" removed: {counted(gone['runs'], 'run')}, {counted(gone['refused'], 'refused file')},"
        f" {counted(gone['archive'], 'delivered file')},"
        f" {counted(gone['audit'], 'entry', 'entries')} of the access log."
    )

"""The arguments of the command line `b12`: one function for each group of commands."""

import argparse
from ipaddress import ip_network
from pathlib import Path

from pipeline import __version__
from pipeline.analysis import GROUPS, MINUTES
from pipeline.cli.completion import SHELLS
from pipeline.cli.letter_arguments import add_letters
from pipeline.cli.map_arguments import add_map_arguments
from pipeline.cli.pack_arguments import add_pack_arguments
from pipeline.cli.parsing import Parser
from pipeline.cli.user_arguments import USER_ACTIONS, add_user
from pipeline.core import DEFAULT_PACK
from pipeline.demo import OTHER_SOURCES


def parser():
    """The argument parser of every command."""
    root = Parser(
        prog="b12",
        description="Screen a whole population for vitamin B12 deficiency. "
        "For a clinician's review.",
    )
    root.add_argument("--version", action="version", version=f"b12-screening {__version__}")
    _add_home(root)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS_OF_COMMANDS:
        group(commands)
    return root


def _add(commands, name, text):
    "Add a command with its help and `--home`"
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    _add_home(command)
    return command


def _add_home(command):
    "Before or after the command's name: what is left out in one place must not hide the other"
    text = "folder that holds this installation's data (default: $B12_HOME, else ./b12-home)"
    command.add_argument("--home", type=Path, default=argparse.SUPPRESS, help=text)


def _add_format(command, *formats):
    text = "default: %(default)s"
    command.add_argument("--format", choices=formats, default=formats[0], help=text)


def _add_format_and_out(command, *formats, more=""):
    "The ending of `--out` decides the form where `--format` is not given"
    text = f"default: by the ending of --out, else {formats[0]}"
    command.add_argument("--format", choices=formats, help=text)
    text = f"write to a file instead of the terminal{more}"
    command.add_argument("--out", type=Path, metavar="FILE", help=text)


def _ingest_and_screen(commands):
    ingest = _add(commands, "ingest", "ingest files or folders; prints an account of each file")
    run = _add(commands, "run", "ingest, then screen, check and publish")
    for command in (ingest, run):
        text = "an extract, or a folder of extracts"
        command.add_argument("paths", nargs="+", metavar="PATH", type=Path, help=text)
        text = "profile that describes the files: a name in sources/, or a path"
        command.add_argument("--source", required=True, metavar="PROFILE", help=text)
    _add_format(ingest, "table", "json")
    screen = _add(commands, "screen", "screen the population, check the result, publish it")
    for command in (screen, run):
        text = "the day to screen for (default: today)"
        command.add_argument("--as-of", metavar="YYYY-MM-DD", help=text)
        text = f"the protocol pack (default: B12_PROTOCOL, else {DEFAULT_PACK})"
        command.add_argument("--protocol", metavar="PACK", help=text)
        text = "another pack, counted beside it; can be given again"
        command.add_argument("--shadow", metavar="PACK", action="append", help=text)
        text = "if a gate warns, hold the run until b12 decide"
        command.add_argument("--hold-warned", action="store_true", help=text)
    text = "screen again from the data of a past run; publishes nothing"
    screen.add_argument("--snapshot", metavar="RUN", help=text)
    text = "screen the buckets on another engine; spark: see docs/scaling.md"
    screen.add_argument("--on", choices=("spark",), help=text)
    run.set_defaults(snapshot=None, on=None)


def _decide(commands):
    text = "publish or discard a held run: a gate warned, or its protocol is not signed"
    decide = _add(commands, "decide", text)
    decide.add_argument("run_id", metavar="RUN")
    decide.add_argument("decision", choices=("publish", "discard"))
    decide.add_argument(
        "--because", required=True, metavar="TEXT", help="the reason, for the audit trail"
    )
    text = "who decided (default: the current account)"
    decide.add_argument("--by", metavar="NAME", help=text)


def _worklist(commands):
    worklist = _add(commands, "worklist", "show the latest published worklist")
    forms = ("table", "csv", "json", "xlsx", "fhir", "omop")
    _add_format_and_out(worklist, *forms, more=" (required for xlsx)")
    text = "only this priority, 1 (urgent) to 4 (routine)"
    worklist.add_argument("--priority", type=int, choices=(1, 2, 3, 4), help=text)


def _add_patient_id(command):
    text = "or -, to type it or to read it from standard input: then no list of processes shows it"
    command.add_argument("patient_id", metavar="PATIENT_ID", help=text)


def _explain(commands):
    text = "show a patient's facts with evidence, and why each rule applies or not"
    explain = _add(commands, "explain", text)
    _add_patient_id(explain)
    text = "another day, from the current data (default: the last published run)"
    explain.add_argument("--as-of", metavar="YYYY-MM-DD", help=text)
    text = "the protocol pack (default: that of the last published run)"
    explain.add_argument("--protocol", metavar="PACK", help=text)
    _add_format(explain, "text", "json")


def _runs(commands):
    _add_format(_add(commands, "runs", "list the runs, newest first"), "table", "json")
    diff = _add(commands, "diff", "compare two runs: new, resolved and changed rows, and why")
    diff.add_argument("before", metavar="RUN", help="a run id, or previous")
    diff.add_argument("after", metavar="RUN", help="a run id, or latest")
    _add_format(diff, "table", "csv", "json")


def _simulate(commands):
    text = "show the effect of other thresholds or another protocol on the worklist"
    simulate = _add(commands, "simulate", text)
    text = "for example b12.low=200 or settings.NAME=VALUE"
    metavar = "BAND.EDGE=VALUE"
    simulate.add_argument("--set", nargs="+", action="extend", metavar=metavar, help=text)
    text = "another protocol pack, by name or path"
    simulate.add_argument("--protocol", metavar="PACK", help=text)
    text = "write who joins, leaves or changes as CSV; the file names patients"
    simulate.add_argument("--patients", metavar="FILE", help=text)
    for way, minutes in MINUTES.items():
        text = "staff minutes per patient (default: %(default)s)"
        option = f"--minutes-{way}"
        simulate.add_argument(option, type=float, default=minutes, metavar="M", help=text)
    _add_format(simulate, "table", "json")


def _rejects(commands):
    text = "list rejected rows: file, line, reason and how to fix them"
    rejects = _add(commands, "rejects", text)
    rejects.add_argument("--reason", help="only this reason")
    rejects.add_argument(
        "--file", metavar="NAME", help="only this file, by its name in the account"
    )
    text = f"count by one or more of {', '.join(GROUPS)}; shows the first lines"
    rejects.add_argument("--by", type=_columns, metavar="COLUMN,…", help=text)
    text = "list unmapped codes and units, what could matter first; as CSV, a map to fill in"
    unmapped = _add(commands, "unmapped", text)
    for command in (rejects, unmapped):
        command.add_argument("--source", metavar="PROFILE", help="only this source")
    _add_format(rejects, "table", "csv", "json")
    _add_format_and_out(unmapped, "table", "csv", "json")


def _map(commands):
    text = "answer what an unmapped code or unit stands for, or list the answers"
    answers = _add(commands, "map", text)
    add_map_arguments(answers)
    _add_format(answers, "table", "csv", "json")


def _refused(commands):
    text = "list refused files and those in quarantine: the reason and what to do"
    refused = _add(commands, "refused", text)
    text = "try a file again, by the first digits of its SHA-256 (after a change)"
    refused.add_argument("--retry", metavar="SHA256", help=text)
    text = "let a file no longer count against the data, by the first digits of its SHA-256"
    refused.add_argument("--dismiss", metavar="SHA256", help=text)
    text = "for --dismiss: the reason, for the audit trail"
    refused.add_argument("--because", metavar="TEXT", help=text)
    text = "also files that were replaced by a later file of the same name, or dismissed"
    refused.add_argument("--all", action="store_true", help=text)
    _add_format(refused, "table", "json")


def _columns(text):
    columns = text.split(",")
    if unknown := [column for column in columns if column not in GROUPS]:
        known = ", ".join(GROUPS)
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {known}")
    return columns


def _source(commands):
    text = "draft a profile for files or folders (draft FOLDER), or try one (check PROFILE FOLDER)"
    source = _add(commands, "source", text)
    source.add_argument("action", choices=("check", "draft"))
    text = "draft: files and folders; check: a profile's name or path, and a file or folder"
    source.add_argument("arguments", nargs="+", type=Path, metavar="PATH", help=text)
    text = "write the draft to a file instead of the terminal"
    source.add_argument("--out", type=Path, metavar="FILE", help=text)


def _codes(commands):
    text = (
        "search the codes of the protocol, or check which of a site's codes it knows (check FILE)"
    )
    codes = _add(commands, "codes", text)
    text = (
        "a code or its beginning, words of a name, a concept, a system (default: all concepts); or"
        " check and a CSV or Parquet file with the columns code, code_system, name, entity"
    )
    codes.add_argument("words", nargs="*", metavar="TEXT", help=text)
    text = "how many rows are shown (default: %(default)s)"
    codes.add_argument("--most", type=_count, default=50, metavar="N", help=text)
    _add_format_and_out(codes, "table", "csv", "json")


def _count(text):
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is not a number of 1 or more")
    return int(text)


def _lake(commands):
    _add(commands, "reingest", "replay the archive with the current profiles, codes and units")
    text = "merge small lake files, and remove data past their retention"
    _add(commands, "compact", text)
    erase = _add(commands, "erase", "erase a patient everywhere")
    _add_patient_id(erase)
    text = "only list the files and the numbers of rows that would go"
    erase.add_argument("--dry-run", action="store_true", help=text)
    erase.add_argument("--yes", action="store_true", help="do not ask before erasing")


def _doctor(commands):
    text = "check this installation: problems and how to fix them"
    doctor = _add(commands, "doctor", text)
    text = "also read every archived file and compare it with its SHA-256"
    doctor.add_argument("--deep", action="store_true", help=text)
    text = "print every setting with its meaning and value instead"
    doctor.add_argument("--settings", action="store_true", help=text)
    _add_format(doctor, "table", "json")


def _backup(commands):
    text = "copy the home into a folder while the pipeline runs"
    backup = _add(commands, "backup", text)
    text = "outside the home; if it holds a backup, only changed files are copied"
    backup.add_argument("folder", metavar="FOLDER", type=Path, help=text)
    text = "restore a backup into a new home, without patients erased since"
    restore = _add(commands, "restore", text)
    restore.add_argument("folder", metavar="FOLDER", type=Path)
    text = "an erasures.jsonl that is newer than the backup's"
    restore.add_argument("--ledger", type=Path, metavar="FILE", help=text)
    text = "also restore a backup that $B12_BACKUP_KEY did not sign"
    restore.add_argument("--unsigned", action="store_true", help=text)
    text = "bring a home of an earlier version to this one; it is backed up first"
    upgrade = _add(commands, "upgrade", text)
    text = "folder of that backup (default: HOME-before-upgrade, beside the home)"
    upgrade.add_argument("--backup", type=Path, metavar="FOLDER", help=text)


def _outcomes(commands):
    text = "tell how many of the identified were contacted, tested, treated and normalised"
    outcomes = _add(commands, "outcomes", text)
    outcomes.add_argument("--site", metavar="SITE", help="only this site (default: all)")
    _add_format_and_out(outcomes, "table", "csv", "pdf", more=" (required for pdf)")


def _letters(commands):
    text = "list the templates of letters, check or sign them, or write to patients"
    add_letters(_add(commands, "letters", text))


def _alerts(commands):
    text = "list what is overdue: worklists, deliveries, waiting files (see deadlines.yaml)"
    overdue = _add(commands, "overdue", text)
    text = "send notifications of changes, as the DAG watch_deadlines does"
    overdue.add_argument("--tell", action="store_true", help=text)
    _add_format(overdue, "table", "json")
    _add(commands, "notify", "send a test message to every configured channel")


def _demo(commands):
    demo = _add(commands, "demo", "write extracts of a realistic synthetic population")
    demo.add_argument("--patients", type=int, required=True, metavar="N")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR")
    demo.add_argument("--seed", type=int, default=1, metavar="S")
    text = "the last day of the data (default: today)"
    demo.add_argument("--as-of", metavar="YYYY-MM-DD", help=text)
    text = (
        "which source to imitate (default: %(default)s, the population); hl7v2: a laboratory that"
        " sends results alone; fhir_r4: a practice with codes of its own"
    )
    sources = ("canonical", *OTHER_SOURCES)
    demo.add_argument("--source", choices=sources, default="canonical", help=text)


def _protocol(commands):
    text = (
        "validate a protocol pack, print it for clinicians, try its examples, begin a new one,"
        " compare two, have one reviewed, sign it, or list the signatures"
    )
    add_pack_arguments(_add(commands, "protocol", text))


def _completion(commands):
    text = "print a script that lets a shell complete commands and options"
    completion = _add(commands, "completion", text)
    text = "bash, zsh: source <(b12 completion bash); fish: b12 completion fish | source"
    completion.add_argument("shell", choices=SHELLS, help=text)


def _serve(commands):
    text = "serve the web pages: worklist, patients, data quality"
    serve = _add(commands, "serve", text)
    text = "where to listen (default: %(default)s, this computer only); elsewhere needs a login"
    serve.add_argument("--host", default="127.0.0.1", help=text)
    serve.add_argument("--port", type=int, default=8080, help="default: %(default)s")
    text = "a TLS certificate, with --key"
    serve.add_argument("--certificate", type=Path, metavar="FILE", help=text)
    serve.add_argument("--key", type=Path, metavar="FILE", help="its private key")
    text = (
        "a proxy with this address, or in this network (10.0.0.0/24), provides TLS: its headers are"
        " trusted, cookies are sent over TLS only; several separated by commas; may be repeated"
    )
    serve.add_argument(
        "--behind-proxy", type=_networks, action="extend", default=[], metavar="ADDRESS", help=text
    )
    text = "the same for a proxy on this computer"
    serve.add_argument("--behind-tls", action="store_true", help=text)
    text = "accept requests for this host name; may be repeated (default: any)"
    serve.add_argument("--name", action="append", default=[], metavar="HOST", help=text)


def _receive(commands):
    text = "receive HL7 v2 messages over MLLP, store each before it is acknowledged, and land them"
    receive = _add(commands, "receive", text)
    text = "profile of the messages: a name in sources/, or a path (default: %(default)s)"
    receive.add_argument("--source", default="hl7v2", metavar="PROFILE", help=text)
    text = "where to listen (default: %(default)s); elsewhere needs $B12_RECEIVE_ALLOW or client"
    text += " certificates"
    receive.add_argument("--host", default="127.0.0.1", help=text)
    receive.add_argument("--port", type=int, default=2575, help="default: %(default)s")


def _networks(text):
    try:
        return [str(ip_network(part.strip(), strict=False)) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is not an address such as 10.0.0.7, or a network such as 10.0.0.0/24"
        ) from None


def _user(commands):
    add_user(_add(commands, "user", f"manage users of the pages: {', '.join(USER_ACTIONS)}"))


def _audit(commands):
    audit = _add(commands, "audit", "show who saw whom, logged in or was denied, newest first")
    text = "only accesses to one patient, whose ID is read from the standard input"
    audit.add_argument("--patient", choices=("-",), help=text)
    audit.add_argument("--user", metavar="NAME", help="only this user or account")
    text = "only this kind, as in the column what, such as break_glass or login_failed"
    audit.add_argument("--what", metavar="KIND", help=text)
    audit.add_argument("--since", metavar="YYYY-MM-DD", help="from this day on")
    audit.add_argument("--until", metavar="YYYY-MM-DD", help="up to and including this day")
    text = "how many rows a table shows (default: %(default)s); jsonl has all, oldest first"
    audit.add_argument("--most", type=_count, default=200, metavar="N", help=text)
    _add_format(audit, "table", "jsonl")


GROUPS_OF_COMMANDS = (
    _ingest_and_screen, _decide, _worklist, _explain, _runs, _simulate, _outcomes, _rejects,
    _map, _refused, _source, _codes, _lake, _doctor, _backup, _alerts, _demo, _protocol, _serve,
    _receive, _user, _audit, _letters, _completion,
)  # fmt: skip

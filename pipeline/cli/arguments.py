"""The arguments of the command line `b12`: one function for each group of commands."""

import argparse
from pathlib import Path

from pipeline import __version__
from pipeline.analysis import GROUPS, MINUTES
from pipeline.core import DEFAULT_PACK
from pipeline.worklist import ROLES

ROLE_HELP = (
    "operator: counts, no patients; viewer: reads; coordinator: acts; steward: rejects, too; "
    "admin: everything"
)


def parser():
    """The argument parser of every command."""
    root = argparse.ArgumentParser(
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
    "A command with its help, and `--home`"
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    _add_home(command)
    return command


def _add_home(command):
    "Before or after the command's name: what is left out in one place must not hide the other"
    text = "folder of this installation's state (default: $B12_HOME, else ./b12-home)"
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
    ingest = _add(commands, "ingest", "admit files or folders; prints the account of each file")
    run = _add(commands, "run", "ingest, then screen, gate and publish")
    for command in (ingest, run):
        text = "an extract, or a folder of extracts"
        command.add_argument("paths", nargs="+", metavar="PATH", type=Path, help=text)
        text = "the profile in sources/ that describes the files"
        command.add_argument("--source", required=True, metavar="PROFILE", help=text)
    _add_format(ingest, "table", "json")
    screen = _add(commands, "screen", "screen the population, gate, publish")
    for command in (screen, run):
        text = "the day to screen for (default: today)"
        command.add_argument("--as-of", metavar="YYYY-MM-DD", help=text)
        text = f"the protocol pack (default: {DEFAULT_PACK})"
        command.add_argument("--protocol", metavar="PACK", help=text)
        text = "if a gate warns, publish nothing until b12 decide"
        command.add_argument("--hold-warned", action="store_true", help=text)
    text = "screen a past run again, from the lake as it read it; publishes nothing"
    screen.add_argument("--snapshot", metavar="RUN", help=text)
    run.set_defaults(snapshot=None)


def _decide(commands):
    text = "publish or discard a run that was held because a gate warned"
    decide = _add(commands, "decide", text)
    decide.add_argument("run_id", metavar="RUN")
    decide.add_argument("decision", choices=("publish", "discard"))
    decide.add_argument("--because", required=True, metavar="TEXT", help="why, for the audit trail")
    text = "who decided (default: the account that types this)"
    decide.add_argument("--by", metavar="NAME", help=text)


def _worklist(commands):
    worklist = _add(commands, "worklist", "the latest published worklist")
    forms = ("table", "csv", "json", "xlsx", "fhir", "omop")
    _add_format_and_out(worklist, *forms, more=" (required for xlsx)")
    text = "only this priority, 1 (urgent) to 4 (routine)"
    worklist.add_argument("--priority", type=int, choices=(1, 2, 3, 4), help=text)


def _explain(commands):
    text = "every fact of a patient with its evidence, and every rule with why it applies or not"
    explain = _add(commands, "explain", text)
    explain.add_argument("patient_id", metavar="PATIENT_ID")
    text = "another day, over the lake as it is now (default: the last published run)"
    explain.add_argument("--as-of", metavar="YYYY-MM-DD", help=text)
    text = "the protocol pack (default: that of the last published run)"
    explain.add_argument("--protocol", metavar="PACK", help=text)
    _add_format(explain, "text", "json")


def _runs(commands):
    _add_format(_add(commands, "runs", "the runs, newest first"), "table", "json")
    diff = _add(commands, "diff", "what changed between two runs: new, resolved, changed, and why")
    diff.add_argument("before", metavar="RUN", help="a run id, or previous")
    diff.add_argument("after", metavar="RUN", help="a run id, or latest")
    _add_format(diff, "table", "csv", "json")


def _simulate(commands):
    text = "what another threshold would mean for the worklist and the hours of staff"
    simulate = _add(commands, "simulate", text)
    text = "such as b12.low=200 or settings.NAME=VALUE"
    metavar = "BAND.EDGE=VALUE"
    simulate.add_argument("--set", nargs="+", action="extend", metavar=metavar, help=text)
    for way, minutes in MINUTES.items():
        text = "minutes of staff per patient (default: %(default)s)"
        option = f"--minutes-{way}"
        simulate.add_argument(option, type=float, default=minutes, metavar="M", help=text)
    _add_format(simulate, "table", "json")


def _rejects(commands):
    text = "rejected rows: file, line, reason, and what would make them acceptable"
    rejects = _add(commands, "rejects", text)
    rejects.add_argument("--reason", help="only this reason")
    rejects.add_argument("--file", metavar="NAME", help="only this file, named as in its account")
    text = f"count by some of {', '.join(GROUPS)}; with the first lines"
    rejects.add_argument("--by", type=_columns, metavar="COLUMN,…", help=text)
    text = "unmapped local codes and units by frequency; as CSV, the map for a steward to fill in"
    unmapped = _add(commands, "unmapped", text)
    for command in (rejects, unmapped):
        command.add_argument("--source", metavar="PROFILE", help="only this source")
    _add_format(rejects, "table", "csv", "json")
    _add_format_and_out(unmapped, "table", "csv", "json")


def _columns(text):
    columns = text.split(",")
    if unknown := [column for column in columns if column not in GROUPS]:
        known = ", ".join(GROUPS)
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is not one of {known}")
    return columns


def _source(commands):
    text = "try a profile on a file (check PROFILE FILE), or draft one from a CSV file (draft FILE)"
    source = _add(commands, "source", text)
    source.add_argument("action", choices=("check", "draft"))
    text = "a profile's name or path, and a file"
    source.add_argument("arguments", nargs="+", type=Path, metavar="PROFILE FILE", help=text)
    text = "write the draft to a file instead of the terminal"
    source.add_argument("--out", type=Path, metavar="FILE", help=text)


def _lake(commands):
    _add(commands, "reingest", "replay the archive with today's profiles, codes and units")
    text = "merge small files of the lake, and remove what is older than the retention settings"
    _add(commands, "compact", text)
    erase = _add(commands, "erase", "erase a patient everywhere")
    erase.add_argument("patient_id", metavar="PATIENT_ID")


def _doctor(commands):
    text = "look at this installation: what is wrong with it, and what to do"
    doctor = _add(commands, "doctor", text)
    text = "also read every archived file and compare it with its SHA-256"
    doctor.add_argument("--deep", action="store_true", help=text)
    text = "print every setting with its meaning and its value instead"
    doctor.add_argument("--settings", action="store_true", help=text)
    _add_format(doctor, "table", "json")


def _backup(commands):
    text = "mirror the home into a folder, while the pipeline runs"
    backup = _add(commands, "backup", text)
    text = "outside of the home; into the same folder again, only changed files are copied"
    backup.add_argument("folder", metavar="FOLDER", type=Path, help=text)
    text = "put a backup into a new home, without patients who were erased since"
    restore = _add(commands, "restore", text)
    restore.add_argument("folder", metavar="FOLDER", type=Path)
    text = "an erasures.jsonl kept elsewhere, newer than the backup's"
    restore.add_argument("--ledger", type=Path, metavar="FILE", help=text)


def _alerts(commands):
    text = "what is overdue by deadlines.yaml: a worklist, a delivery, a waiting file"
    overdue = _add(commands, "overdue", text)
    text = "notify people of what is newly overdue or over, as the DAG watch_deadlines does"
    overdue.add_argument("--tell", action="store_true", help=text)
    _add_format(overdue, "table", "json")
    _add(commands, "notify", "send a test message by every configured channel")


def _demo(commands):
    demo = _add(commands, "demo", "write a realistic synthetic population's extracts")
    demo.add_argument("--patients", type=int, required=True, metavar="N")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR")
    demo.add_argument("--seed", type=int, default=1, metavar="S")
    text = "the last day of the data (default: today)"
    demo.add_argument("--as-of", metavar="YYYY-MM-DD", help=text)


def _protocol(commands):
    text = "validate a pack, or print it as a clinician reads it"
    protocol = _add(commands, "protocol", text)
    protocol.add_argument("action", choices=("check", "show"))
    protocol.add_argument("pack", nargs="?", default=DEFAULT_PACK, metavar="PACK")


def _serve(commands):
    text = "the worklist, the patients and the quality of the data as pages in a browser"
    serve = _add(commands, "serve", text)
    text = "where to listen (default: %(default)s, this computer only); elsewhere needs a login"
    serve.add_argument("--host", default="127.0.0.1", help=text)
    serve.add_argument("--port", type=int, default=8080, help="default: %(default)s")
    text = "a TLS certificate, with --key"
    serve.add_argument("--certificate", type=Path, metavar="FILE", help=text)
    serve.add_argument("--key", type=Path, metavar="FILE", help="its private key")
    text = "a proxy on this computer serves the pages by TLS; cookies then need it"
    serve.add_argument("--behind-tls", action="store_true", help=text)
    text = "a host name to answer to; repeat for more (default: any)"
    serve.add_argument("--name", action="append", default=[], metavar="HOST", help=text)


def _user(commands):
    text = "who may log in to the pages: add, list, role, password, disable, enable"
    user = _add(commands, "user", text)
    user.add_argument("action", choices=("add", "list", "role", "password", "disable", "enable"))
    user.add_argument("name", nargs="?", metavar="NAME")
    user.add_argument("--role", choices=ROLES, help=ROLE_HELP)


GROUPS_OF_COMMANDS = (
    _ingest_and_screen, _decide, _worklist, _explain, _runs, _simulate, _rejects, _source, _lake,
    _doctor, _backup, _alerts, _demo, _protocol, _serve, _user,
)  # fmt: skip

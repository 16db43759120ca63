"""The arguments of the command line `b12`."""

import argparse
from pathlib import Path

from pipeline import __version__
from pipeline.analysis import GROUPS, MINUTES
from pipeline.cli.arguments_operation import add, form, form_and_out, home_of, looking_after
from pipeline.core import DEFAULT_PACK
from pipeline.worklist import ROLES


def parser():
    """The argument parser of every command."""
    root = argparse.ArgumentParser(
        prog="b12",
        description=(
            "Screen a whole population for vitamin B12 deficiency. For a clinician's review."
        ),
    )
    root.add_argument("--version", action="version", version=f"b12-screening {__version__}")
    home_of(root)
    actions = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _walk(actions)
    _reading(actions)
    _simulating(actions)
    _stewarding(actions)
    looking_after(actions)
    _trying(actions)
    _pages(actions)
    return root


def _walk(actions):
    ingest = add(actions, "ingest", "admit files or folders; prints the account of each file")
    run = add(actions, "run", "ingest, then screen, gate and publish")
    for command in (ingest, run):
        command.add_argument(
            "paths",
            nargs="+",
            metavar="PATH",
            type=Path,
            help="an extract, or a folder of extracts",
        )
        command.add_argument(
            "--source",
            required=True,
            metavar="PROFILE",
            help="the profile in sources/ that says what the files mean",
        )
    form(ingest, "table", "json")
    screen = add(actions, "screen", "screen the population, gate, publish")
    for command in (screen, run):
        command.add_argument(
            "--as-of", metavar="YYYY-MM-DD", help="the night to screen for (default: today)"
        )
        command.add_argument(
            "--protocol", metavar="PACK", help=f"the protocol pack (default: {DEFAULT_PACK})"
        )
        command.add_argument(
            "--hold-warned",
            action="store_true",
            help="if a gate warns, publish nothing until b12 decide",
        )
    screen.add_argument(
        "--snapshot",
        metavar="RUN",
        help="a past night again, from the lake as that run read it; publishes nothing",
    )
    run.set_defaults(snapshot=None)
    decide = add(actions, "decide", "publish or discard a run that was held because a gate warned")
    decide.add_argument("run_id", metavar="RUN")
    decide.add_argument("decision", choices=("publish", "discard"))
    decide.add_argument("--because", required=True, metavar="TEXT", help="why, for the audit trail")
    decide.add_argument(
        "--by", metavar="NAME", help="who decided (default: the account that types this)"
    )


def _reading(actions):
    worklist = add(actions, "worklist", "the latest published worklist")
    form_and_out(worklist, "table", "csv", "json", "xlsx", "fhir", "omop", more=" (xlsx: always)")
    worklist.add_argument(
        "--priority",
        type=int,
        choices=(1, 2, 3, 4),
        help="only this priority, 1 urgent to 4 routine",
    )

    explain = add(
        actions,
        "explain",
        "every fact of a patient with its evidence, every rule with why it fits or not",
    )
    explain.add_argument("patient_id", metavar="PATIENT_ID")
    explain.add_argument(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="another day, over the lake as it is now (default: the last published run)",
    )
    explain.add_argument(
        "--protocol",
        metavar="PACK",
        help="the protocol pack (default: that of the last published run)",
    )
    form(explain, "text", "json")

    form(add(actions, "runs", "the runs, newest first"), "table", "json")
    diff = add(actions, "diff", "what changed between two runs: new, resolved, changed, and why")
    diff.add_argument("before", metavar="RUN", help="a run id, or previous")
    diff.add_argument("after", metavar="RUN", help="a run id, or latest")
    form(diff, "table", "csv", "json")


def _simulating(actions):
    simulate = add(
        actions,
        "simulate",
        "what if a threshold were another: the worklist now and then, and the hours of staff",
    )
    simulate.add_argument(
        "--set",
        nargs="+",
        action="extend",
        metavar="BAND.EDGE=VALUE",
        help="e.g. b12.low=200; or settings.NAME=VALUE",
    )
    for way, minutes in MINUTES.items():
        simulate.add_argument(
            f"--minutes-{way}",
            type=float,
            default=minutes,
            metavar="M",
            help="minutes a patient (default: %(default)s)",
        )
    form(simulate, "table", "json")


def _stewarding(actions):
    rejects = add(
        actions, "rejects", "rejected rows: file, line, reason, and what would make them acceptable"
    )
    rejects.add_argument("--reason", help="only this reason")
    rejects.add_argument(
        "--file", metavar="NAME", help="only of this file, named as in its account"
    )
    rejects.add_argument(
        "--by",
        type=_groups,
        metavar="COLUMN,…",
        help="count by some of: " + ", ".join(GROUPS) + "; with the first lines",
    )
    unmapped = add(
        actions,
        "unmapped",
        "local codes and units that nothing knows, by frequency; as CSV, the map that a steward"
        " fills in",
    )
    for command in (rejects, unmapped):
        command.add_argument("--source", metavar="PROFILE", help="only of this source")
    form(rejects, "table", "csv", "json")
    form_and_out(unmapped, "table", "csv", "json")

    source = add(
        actions,
        "source",
        "try a profile on a file (check PROFILE FILE), or write a first one from a CSV's header"
        " (draft FILE)",
    )
    source.add_argument("action", choices=("check", "draft"))
    source.add_argument(
        "arguments",
        nargs="+",
        type=Path,
        metavar="PROFILE FILE",
        help="a profile's name or path, and a file",
    )
    source.add_argument(
        "--out", type=Path, metavar="FILE", help="write the draft to a file instead of the terminal"
    )


def _groups(text):
    given = text.split(",")
    if wrong := [one for one in given if one not in GROUPS]:
        raise argparse.ArgumentTypeError(f"{', '.join(wrong)} is none of {', '.join(GROUPS)}")
    return given


def _trying(actions):
    demo = add(actions, "demo", "write a realistic synthetic population's extracts")
    demo.add_argument("--patients", type=int, required=True, metavar="N")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR")
    demo.add_argument("--seed", type=int, default=1, metavar="S")
    demo.add_argument(
        "--as-of", metavar="YYYY-MM-DD", help="the last day of the data (default: today)"
    )

    protocol = add(actions, "protocol", "validate a pack, or print it as a clinician reads it")
    protocol.add_argument("action", choices=("check", "show"))
    protocol.add_argument("pack", nargs="?", default=DEFAULT_PACK, metavar="PACK")


def _pages(actions):
    serve = add(
        actions,
        "serve",
        "the worklist, the patients and the quality of the data as pages in a browser",
    )
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help=(
            "where to listen (default: %(default)s, this machine alone); elsewhere asks for a login"
        ),
    )
    serve.add_argument("--port", type=int, default=8080, help="default: %(default)s")
    serve.add_argument(
        "--certificate", type=Path, metavar="FILE", help="a TLS certificate, with --key"
    )
    serve.add_argument("--key", type=Path, metavar="FILE", help="its private key")
    serve.add_argument(
        "--behind-tls",
        action="store_true",
        help="a proxy on this computer serves them by TLS; cookies then need it",
    )
    serve.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="a host name to answer to; again for more (default: any)",
    )

    user = add(
        actions, "user", "who may log in to the pages: add, list, role, password, disable, enable"
    )
    user.add_argument("action", choices=("add", "list", "role", "password", "disable", "enable"))
    user.add_argument("name", nargs="?", metavar="NAME")
    user.add_argument(
        "--role",
        choices=ROLES,
        help=(
            "operator: counts, no patient; viewer reads; coordinator acts; steward: rejects too;"
            " admin: all"
        ),
    )

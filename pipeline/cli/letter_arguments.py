"""The arguments of `b12 letters`."""

from pathlib import Path

from pipeline.letters import KINDS, LATELY
from pipeline.worklist import SIGNERS, STATUSES

ACTIONS = ("list", "check", "sign", "write")


def add_letters(command):
    """Add the arguments to the command's parser."""
    text = "default: %(default)s"
    command.add_argument("action", nargs="?", choices=ACTIONS, default="list", help=text)
    text = "sign: which template, as clinician-findings.en"
    command.add_argument("template", nargs="?", metavar="TEMPLATE", help=text)
    text = "sign: the name of the owner, who signs"
    command.add_argument("--name", metavar="NAME", help=text)
    text = "sign: what this person is (default: %(default)s)"
    command.add_argument("--role", choices=SIGNERS, default="clinician", help=text)
    command.add_argument("--yes", action="store_true", help="sign: without a question")
    _add_write(command)


def _add_write(command):
    text = "write: a letter or an SMS to patients, or a letter to their clinicians"
    command.add_argument("--kind", choices=tuple(KINDS), help=text)
    text = "write: which template, as recall-letter (default: the only one of its kind)"
    command.add_argument("--template", dest="chosen", metavar="TEMPLATE", help=text)
    text = "write: only this priority, 1 (urgent) to 4 (routine)"
    command.add_argument("--priority", type=int, choices=(1, 2, 3, 4), help=text)
    text = "write: only this status; may be repeated (default: all with work to do)"
    command.add_argument("--status", action="append", choices=STATUSES, metavar="STATUS", help=text)
    text = "write: only this site; may be repeated; - stands for patients without a site"
    command.add_argument("--site", action="append", metavar="SITE", help=text)
    text = "write: the file, .pdf or .csv"
    command.add_argument("--out", type=Path, metavar="FILE", help=text)
    text = "write: log a contact attempt for each patient who is written to"
    command.add_argument("--log", action="store_true", help=text)
    text = f"write: also to those who had the same letter in the last {LATELY} days"
    command.add_argument("--again", action="store_true", help=text)
    text = "with --log: who wrote (default: the current account)"
    command.add_argument("--by", metavar="NAME", help=text)

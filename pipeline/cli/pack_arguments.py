"""The arguments of `b12 protocol`, of all its actions."""

from pathlib import Path

from pipeline.core import DEFAULT_PACK
from pipeline.worklist import SIGNERS


def add_pack_arguments(protocol):
    """Add what is done with which packs."""
    actions = ("check", "show", "test", "new", "diff", "review", "sign", "signatures")
    protocol.add_argument("action", choices=actions)
    text = "a name in protocol/, or the path of a YAML file (default: B12_PROTOCOL, else"
    text += f" {DEFAULT_PACK}; for signatures: all); new: the name of the new pack"
    protocol.add_argument("pack", nargs="?", metavar="PACK", help=text)
    text = "diff: the pack to compare with the first"
    protocol.add_argument("other", nargs="?", metavar="PACK", help=text)
    text = f"new: the pack that it is based on (default: {DEFAULT_PACK})"
    protocol.add_argument("--from", dest="based_on", metavar="PACK", help=text)
    text = "review: folder for the forms, HTML and PDF (default: here); with --add, for the review;"
    text += " new: the file to write (default: NAME.yaml here)"
    protocol.add_argument("--out", type=Path, metavar="PATH", help=text)
    text = "signatures, test, diff: default: table"
    protocol.add_argument("--format", choices=("table", "json"), help=text)
    _add_review(protocol)
    _add_signature(protocol)


def _add_review(protocol):
    text = "review: keep the answers that a reviewer sent back, in reviews/ beside the pack"
    protocol.add_argument("--add", type=Path, metavar="FILE", help=text)
    text = "with --add: in place of another review by this reviewer of this day"
    protocol.add_argument("--replace", action="store_true", help=text)


def _add_signature(protocol):
    text = "sign: the name of the person who signs"
    protocol.add_argument("--name", metavar="NAME", help=text)
    text = "sign: what this person is (default: %(default)s)"
    protocol.add_argument("--role", choices=SIGNERS, default="clinician", help=text)
    text = "sign: the day of the signature (default: today)"
    protocol.add_argument("--date", metavar="YYYY-MM-DD", help=text)
    text = "sign: without a question"
    protocol.add_argument("--yes", action="store_true", help=text)
    text = "sign: although reviewers object to lines of the pack"
    protocol.add_argument("--despite-objections", action="store_true", help=text)

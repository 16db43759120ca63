"""What the commands say: lines on the terminal, or a file."""

import sys

from pipeline.errors import Refused
from pipeline.report import account_line


def say(text):
    print(text, flush=True)


def write(text, out):
    if out is None:
        say(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


def silent(_):
    return None


def tell_account(account):
    say(account_line(account))


def tell_relation(name):
    if sys.stderr.isatty():
        print(f"\r\033[Kbuilding {name}", end="", file=sys.stderr, flush=True)


def tell_patients(done, total):
    if sys.stderr.isatty():
        print(f"\r\033[K{done:,} of {total:,} patients", end="\n" if done >= total else "", file=sys.stderr, flush=True)


def exit_code(accounts):
    "10 when a delivery was refused, else 0"
    return Refused.exit_code if any(account.refused for account in accounts) else 0

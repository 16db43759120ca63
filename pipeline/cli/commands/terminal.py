"""Output of the commands: lines on the terminal, or a file."""

import sys

from pipeline.core import Refused, UsageError, counted, printable
from pipeline.exports import FORMATS, account_line, fitted, width_of
from pipeline.profiles import clean_id

SHOWN = 3  # refused files that the error names
TABLE = {"table": ".txt"}


def say(text, *, hang=2):
    """Print a text, broken between words where the terminal is narrower; see `fitted`."""
    show(fitted(printable(text), hang=hang))


def show(text):
    """Print what has its own form, such as JSON or a table, as it is."""
    clear_progress()
    print(printable(text), flush=True)


def complain(text):
    """Print what went wrong on standard error."""
    clear_progress()
    print(fitted(printable(text), sys.stderr), file=sys.stderr)


def patient_id_of(options):
    """The patient ID that was given, or that is typed now where it is `-`. Raises UsageError."""
    given = options.patient_id
    if given == "-":
        given = asked("Patient ID: ")
    if not clean_id(given):
        raise UsageError("Give a patient ID, or - to type it.")
    return clean_id(given)


def is_confirmed(question):
    """Whether the answer to a question is yes; without a terminal, it is no."""
    return asked(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def asked(question):
    """A line of standard input; the question goes where it does not mix with results."""
    if sys.stdin.isatty():
        print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


def write(text, out):
    if out is None:
        show(text)
    else:
        check_file(out)
        out.write_text(text + "\n", encoding="utf-8")


def check_file(out):
    """Raises UsageError where no file can be made."""
    if out.is_dir():
        raise UsageError(f"--out {out} is a folder. Give the name of a file.")
    if not out.parent.is_dir():
        raise UsageError(
            f"--out {out}: the folder {out.parent} does not exist. Create it or give another one."
        )


def check_folder(out):
    """Raises UsageError where a file lies in the place of a folder."""
    lies = next(one for one in (out, *out.absolute().parents) if one.exists())
    if not lies.is_dir():
        raise UsageError(f"--out {out}: {lies} is a file. Give the name of a folder.")


def form_of(asked, out, forms):
    """The form asked for, else that of the longest ending of the file's name, else a table. Raises
    UsageError where the name ends as no form does."""
    if asked or out is None:
        return asked or "table"
    endings = {form: FORMATS[form].suffix for form in forms if form in FORMATS} | TABLE
    fitting = [form for form, ending in endings.items() if out.name.lower().endswith(ending)]
    if not fitting:
        known = ", ".join(f"{ending} ({form})" for form, ending in endings.items())
        raise UsageError(
            f"--out {out}: its ending names no format. Known endings: {known}. Or give --format."
        )
    return max(fitting, key=lambda form: len(endings[form]))


def silent(_):
    return None


def tell_account(account):
    say(account_line(account))
    for note in account.notes:
        say(f"  {note}")


def tell_relation(name):
    _tell_progress(f"building {name}")


def tell_patients(done, total):
    _tell_progress(f"{done:,} of {counted(total, 'patient')}")


def _tell_progress(text):
    "In place of what was told before, and only on a terminal"
    if sys.stderr.isatty():
        width = width_of(sys.stderr) or len(text) + 1
        print(f"\r\033[K{text[: width - 1]}", end="", file=sys.stderr, flush=True)


def clear_progress():
    """Take the line of progress away, so that what follows does not run into it."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _beside(home, accounts):
    is_quarantined = any(account.is_quarantined for account in accounts)
    return f", those in quarantine in {home.quarantine} (b12 refused)" if is_quarantined else ""


def raise_refused(home, accounts):
    """Raises Refused when a delivery was: how many, the first ones with why, and what to do."""
    refused = [account for account in accounts if account.refused]
    if not refused:
        return
    named = "; ".join(f"{account.file}: {account.refused}" for account in refused[:SHOWN])
    more = f"; and {len(refused) - SHOWN:,} more" if len(refused) > SHOWN else ""
    count = counted(len(refused), "file was", "files were")
    others = ", and the others went in" if len(refused) < len(accounts) else ""
    told = (
        f"{count} refused whole{others}. {named}{more}. Refused files are kept in {home.refused}"
        f"{_beside(home, refused)}. Ask the source for a corrected file, try it with b12 source"
        " check PROFILE FILE, then ingest it."
    )
    raise Refused(" ".join(told.split()))

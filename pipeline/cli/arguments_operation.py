"""The arguments of the commands that look after an installation; and what the arguments of all
commands have in common."""

import argparse
from pathlib import Path


def looking_after(actions):
    """The commands that an operator types."""
    add(actions, "reingest", "replay the archive with today's profiles, codes and units")
    add(actions, "compact", "merge small files of the lake and drop what nothing reads")
    erase = add(actions, "erase", "forget a patient everywhere")
    erase.add_argument("patient_id", metavar="PATIENT_ID")
    doctor = add(
        actions, "doctor", "look at this installation: what is wrong with it, and what to do"
    )
    doctor.add_argument(
        "--deep",
        action="store_true",
        help="read every archived file, too, and hold it against its SHA-256",
    )
    form(doctor, "table", "json")
    backup = add(actions, "backup", "mirror the home into a folder, while the pipeline runs")
    backup.add_argument(
        "folder",
        metavar="FOLDER",
        type=Path,
        help="elsewhere: the same one again copies only what changed",
    )
    restore = add(
        actions, "restore", "put a backup into a new home, without whoever was erased since"
    )
    restore.add_argument("folder", metavar="FOLDER", type=Path)
    restore.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        help="an erasures.jsonl kept elsewhere, newer than the backup's",
    )
    overdue = add(
        actions,
        "overdue",
        "what is overdue by deadlines.yaml: a worklist, a delivery, a file that nobody takes",
    )
    overdue.add_argument(
        "--tell",
        action="store_true",
        help="tell people what is new and what is over, as the DAG watch_deadlines does",
    )
    form(overdue, "table", "json")
    add(actions, "notify", "send a test message by every channel that is configured")


def add(actions, name, text):
    """A command with its help, and `--home`."""
    command = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    home_of(command)
    return command


def home_of(command):
    """Before or after the command's name: what is not given in one place must not hide what is
    given in the other."""
    command.add_argument(
        "--home",
        type=Path,
        default=argparse.SUPPRESS,
        help="where the state is (default: $B12_HOME, else ./b12-home)",
    )


def form(command, *formats):
    """`--format`, the first of them being what is not asked for."""
    command.add_argument(
        "--format", choices=formats, default=formats[0], help="default: %(default)s"
    )


def form_and_out(command, *formats, more=""):
    """`--out`, and `--format`, for which the ending of the file speaks where it is not given."""
    command.add_argument(
        "--format", choices=formats, help=f"default: by the ending of --out, else {formats[0]}"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write to a file instead of the terminal" + more
    )

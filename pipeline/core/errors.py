"""Expected failures, each with its exit code and a message for the operator.

A message says what happened, where, and what to do. It carries counts, file names and line numbers,
never a patient's values.
"""

from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2]


def place_of(error):
    """The line of this program in which an error came up, as file:line, without any text of the
    error, which may quote what was read; empty where it is not known."""
    trace, place = error.__traceback__, ""
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(PROGRAM / "pipeline"):
            place = f"{path.relative_to(PROGRAM)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class Malformed(ValueError):
    """What is wrong with a file, in words of this program. The text of any other ValueError is a
    library's, which may quote the file."""


class Failure(Exception):
    """An expected failure; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(Failure):
    """The command or a setting is wrong."""

    exit_code = 2


class Refused(Failure):
    """A delivered file cannot be read as its profile says; it is refused whole."""

    exit_code = 10


class Growing(Failure):
    """A file that is still being written: it goes back to where it was landed, and is taken once it
    has settled."""

    exit_code = 10


class GateClosed(Failure):
    """A critical expectation failed: nothing is published, the previous worklist stays in use."""

    exit_code = 11


class InvalidProtocol(Failure):
    """The protocol pack, a source profile or a settings file of the home contradicts itself."""

    exit_code = 12


class StorageError(Failure):
    """A disk, a database or a file of the installation cannot be used."""

    exit_code = 13


class OutOfMemory(StorageError):
    """Less memory is allowed, or there, than is needed."""


class LakeUnavailable(StorageError):
    """The lake cannot be reached, or a table of it is damaged."""

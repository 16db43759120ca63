"""The command line `b12`: every command calls one function of the pipeline."""

import signal
import sys
from contextlib import suppress

from pipeline.cli import commands
from pipeline.cli.arguments import parser
from pipeline.cli.commands.terminal import complain
from pipeline.core import Failure, Home, StorageError, place_of, restrict_umask


def _end(number, _):
    raise SystemExit(128 + number)


def main(arguments=None):
    """Run one command; returns its exit code. Expected failures are one paragraph on stderr."""
    restrict_umask()
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, _end)  # so that what was begun is ended as by Ctrl-C
    options = parser().parse_args(arguments)
    home = None
    try:
        home = Home.from_environment(getattr(options, "home", None))
        return getattr(commands, options.command)(home, options) or 0
    except Failure as failure:
        complain(f"b12 {options.command}: {failure}")
        return failure.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        where = error.filename or (home.root if home else ".")
        what = error.strerror or "it cannot be read"
        told = f"{where}: {what}. Check the path, its permissions and the disk."
        complain(f"b12 {options.command}: {told}")
        return StorageError.exit_code
    except Exception as error:  # its text, and a trace of it, may quote a file
        told = f"failed unexpectedly ({type(error).__name__} at {place_of(error)}): report it"
        complain(f"b12 {options.command}: {told}")
        return Failure.exit_code

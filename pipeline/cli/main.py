"""The command line `b12`: every command calls one function of the pipeline."""

import sys

from pipeline.cli import commands
from pipeline.cli.arguments import parser
from pipeline.core import Failure, Home, StorageError, restrict_umask


def main(arguments=None):
    """Run one command; returns its exit code. Expected failures are one paragraph on stderr."""
    restrict_umask()
    given = parser().parse_args(arguments)
    home = None
    try:
        home = Home(given.home.absolute()) if "home" in given else Home.from_environment()
        return getattr(commands, given.command)(home, given) or 0
    except Failure as failure:
        print(f"b12 {given.command}: {failure}", file=sys.stderr)
        return failure.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(
            f"b12 {given.command}: {error.filename or (home.root if home else '.')}:"
            f" {error.strerror}. Check the path, its permissions and the disk.",
            file=sys.stderr,
        )
        return StorageError.exit_code

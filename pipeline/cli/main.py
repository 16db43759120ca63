"""The command line `b12`: every command calls one function of the pipeline."""

import sys

from pipeline.cli import commands
from pipeline.cli.arguments import parser
from pipeline.core import Failure, Home, StorageError, restrict_umask
from pipeline.exports import printable


def main(arguments=None):
    """Run one command; returns its exit code. Expected failures are one paragraph on stderr."""
    restrict_umask()
    options = parser().parse_args(arguments)
    home = None
    try:
        home = Home(options.home.absolute()) if "home" in options else Home.from_environment()
        return getattr(commands, options.command)(home, options) or 0
    except Failure as failure:
        print(printable(f"b12 {options.command}: {failure}"), file=sys.stderr)
        return failure.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        what = (
            f"b12 {options.command}: {error.filename or (home.root if home else '.')}:"
            f" {error.strerror}. Check the path, its permissions and the disk."
        )
        print(printable(what), file=sys.stderr)
        return StorageError.exit_code

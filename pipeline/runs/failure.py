"""The last run that failed before it could leave a folder: kept until a run ends."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps

from pipeline.core import Failure, GateClosed, Malformed, UsageError, read_json, write_json

FAILED = "screening-failed.json"


@dataclass(frozen=True)
class FailedRun:
    """When a run failed (UTC), and why: counts and names of files, never a patient's values."""

    at: datetime
    why: str


def noting_failure(*, is_whole):
    """Around a function of a home that screens: where it fails, that is kept, and forgotten when a
    whole run ends, published or not. is_whole: the function is a whole run. A mistyped command is
    no failure."""

    def around(function):
        @wraps(function)
        def noted(home, *arguments, **options):
            try:
                done = function(home, *arguments, **options)
            except GateClosed:
                _forget(home)
                raise
            except BaseException as error:  # also an end by a signal
                if not isinstance(error, UsageError):
                    _note(home, error)
                raise
            if is_whole:
                _forget(home)
            return done

        return noted

    return around


def _note(home, error):
    if home.root.is_dir():
        why = str(error) if isinstance(error, Failure) else type(error).__name__
        at = datetime.now(UTC).isoformat(timespec="seconds")
        write_json(home.root / FAILED, {"at": at, "why": why})


def _forget(home):
    (home.root / FAILED).unlink(missing_ok=True)


def last_failure(home):
    """The FailedRun, None where the last run ended or the record cannot be read."""
    try:
        found = read_json(home.root / FAILED)
        return FailedRun(datetime.fromisoformat(found["at"]), str(found["why"]))
    except (OSError, Malformed, ValueError, KeyError, TypeError):
        return None

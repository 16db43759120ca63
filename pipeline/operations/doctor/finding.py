"""A finding of the doctor: one line, and what to do."""

from dataclasses import dataclass

from pipeline.core import Failure


@dataclass(frozen=True)
class Finding:
    """state: ok, look (it works, but should be checked) or wrong (it does not). what, todo: for
    people, counts and names only."""

    state: str
    what: str
    todo: str = ""


def ok(what):
    """All is well with this."""
    return Finding("ok", what)


def look(what, todo):
    """It works, but should be checked."""
    return Finding("look", what, todo)


def wrong(what, todo):
    """This does not work, or will not."""
    return Finding("wrong", what, todo)


def tried(about, function, *arguments):
    """What a function says, or the words of the Failure with which it ends; about: what they are
    about."""
    try:
        return function(*arguments)
    except Failure as failure:
        return wrong(f"{about}: {failure}", "Follow the message, then run b12 doctor again.")
    except OSError as error:
        return wrong(
            f"{about}: {error.filename}: {error.strerror}",
            "Check that the path exists, its permissions and the disk.",
        )

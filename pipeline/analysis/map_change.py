"""The answers of stewards, written into the stewards' map of a source, each with an entry of the
audit; and what of them the lake does not know yet."""

import errno
import os
from contextlib import closing, contextmanager
from dataclasses import dataclass

from pipeline import worklist
from pipeline.analysis.answering import meant
from pipeline.core import (
    Failure,
    Home,
    InvalidProtocol,
    Malformed,
    StorageError,
    UsageError,
    exclusive_lock,
)
from pipeline.profiles import (
    answerable_as,
    answered,
    answers_of,
    read_profile,
    shown,
    steward_map,
    write_answers,
)


class AnsweredMeanwhile(Failure):
    """Someone else answered the question, or took the answer back, since it was looked at."""

    exit_code = 2


def save_answer(home, asked, answer, *, actor, origin):
    """Write an Answer into the stewards' map of its source. The profile with it is checked first;
    an entry of the audit tells from what to what.

    Raises UsageError where the answer cannot be right, AnsweredMeanwhile, InvalidProtocol where the
    maps of the source would contradict each other, StorageError where the map cannot be written.
    """
    _check(home, asked, answer)
    change = Change(home, asked.source, actor, origin)
    with change.changing() as answers:
        same = answerable_as(vars(answer))
        if other := next((each for each in answers if each.key in same), None):
            raise AnsweredMeanwhile(_told(other))
        if any(answered(row) in same for row in read_profile(asked.source, home).maps):
            raise AnsweredMeanwhile("A map of the profile answers it already.")
        change.write([*answers, answer], was=None, to=answer)


def _check(home, asked, answer):
    profile = read_profile(asked.source, home)
    if not answer.is_relevant and not answer.because:
        raise UsageError("Enter why it is not relevant.")
    if answer.is_relevant:
        meant(asked, answer, profile)


def take_back(home, asked, *, answered_at, actor, origin):
    """Remove the answer to an Asked from the stewards' map of its source. answered_at: of the
    answer that was looked at. Raises AnsweredMeanwhile, InvalidProtocol, StorageError."""
    change = Change(home, asked.source, actor, origin)
    with change.changing() as answers:
        is_same = [
            each.key == asked.answer.key and each.answered_at == answered_at for each in answers
        ]
        if not any(is_same):
            raise AnsweredMeanwhile("The answer was changed or taken back meanwhile.")
        left = [each for each, same in zip(answers, is_same, strict=True) if not same]
        change.write(left, was=asked.answer, to=None)


def _told(answer):
    by = f" by {answer.answered_by}" if answer.answered_by else ""
    return f"It was answered meanwhile{by}: {target_of(answer)}. Nothing was changed."


def target_of(answer):
    """What an answer maps to, in words."""
    if answer is None:
        return "unmapped"
    if not answer.is_relevant:
        return "not relevant"
    return shown(" ".join(filter(None, (answer.map_to_system, answer.map_to))))


@dataclass(frozen=True)
class Change:
    """A change of the stewards' map of a source by an actor."""

    home: Home
    source: str
    actor: worklist.Actor
    origin: str | None

    @contextmanager
    def changing(self):
        """Yields the Answers of the map, which no one else changes meanwhile."""
        try:
            with exclusive_lock(self.home, "maps"):
                yield answers_of(self.home, self.source)
        except OSError as error:
            raise unwritable(self.home, self.source, error) from None
        except Malformed as error:
            path = steward_map(self.home, self.source)
            raise InvalidProtocol(
                f"{path} cannot be read: {error}. Restore it, or mend it."
            ) from None

    def write(self, answers, *, was, to):
        """Put the Answers into the place of the old ones, where the profile is valid with them; an
        entry of the audit comes first."""

        def before(part):
            read_profile(self.source, self.home, answers=part)
            self._record(was, to)

        write_answers(self.home, self.source, answers, before=before)

    def _record(self, was, to):
        answer = to or was
        system = f"{shown(answer.code_system)} " if answer.code_system else ""
        what = f"{self.source}, {answer.entity} {answer.kind} {system}{shown(answer.delivered)}"
        because = f" ({shown(answer.because, 200)})" if to and to.because else ""
        detail = f"{what}: {target_of(was)} → {target_of(to)}{because}"
        named = {"actor": self.actor, "what": "mapped", "rows": 1, "origin": self.origin}
        with closing(worklist.open_store(self.home)) as store:
            worklist.record_access(store, detail=detail, **named)


def unwritable(home, source, error=None):
    """The StorageError for a map that cannot be written here, with the command that can."""
    why = f" ({errno.errorcode.get(error.errno, error.errno)})" if error and error.errno else ""
    return StorageError(
        f"{steward_map(home, source)} cannot be written from here{why}. Nothing was changed. Type"
        " b12 map where the pipeline runs, as the account that it runs as."
    )


def is_writable(home, source):
    """Whether the stewards' map of a source can be written by this process."""
    folders = (home.sources / source, home.sources, home.root)
    nearest = next((folder for folder in folders if folder.exists()), home.root)
    return nearest.is_dir() and os.access(nearest, os.W_OK) and os.access(home.root, os.W_OK)

"""The local codes and units of all sources, answered or not: what a steward works through."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from pipeline.core import Malformed
from pipeline.engine import create_view, select_of
from pipeline.ingest import is_replay_due
from pipeline.lake import query
from pipeline.profiles import (
    STEWARD_MAP,
    Answer,
    answerable_as,
    answers_of,
    read_profile_if_there,
)
from pipeline.screening import likened, without_answer
from pipeline.sources import Question, meanings

TABLES = ("unmapped_code", "rejected_row")


@dataclass(frozen=True)
class Asked(Question):
    """A code, unit or status word of a source that stands in its files.

    key: names it in an address, without what was delivered. rows, files, first_on, last_on: of the
    rows that are held. patients: of a unit. names: of a code, the most frequent first. units: of a
    code, as text. codes: of a unit, as `{code_system, code}`. band, resembles, likeness, proposed:
    as of `unanswered`. answer: an Answer, in the stewards' map (is_ours) or in one that the profile
    names; None where there is none.
    """

    key: str
    rows: int = 0
    files: int = 0
    patients: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    names: tuple[str, ...] = ()
    units: str | None = None
    codes: tuple = ()
    band: str = "none"
    resembles: str | None = None
    likeness: int | None = None
    proposed_system: str | None = None
    proposed: str | None = None
    answer: Answer | None = None
    is_ours: bool = False

    @property
    def is_waiting(self):
        "Whether rows wait for a replay: they are answered, and were not read so yet"
        return bool(self.answer and self.answer.is_relevant and self.rows)


def unmapped_rows(home):
    """The rows of reporting.unmapped, answered or not."""
    return query(home, select_of("reporting.unmapped"), before=_seen, only=TABLES)


def _seen(con):
    con.execute("create schema reporting")
    create_view(con, "reporting.unmapped_seen")


def key_of(question):
    """What names a question in an address: no part of it can be read back."""
    names = ("source", "entity", "kind", "code_system", "delivered")
    text = json.dumps([question[name] for name in names])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def held_rows(home):
    """What `questions` are made of, for a caller that keeps it: it changes with the lake alone."""
    rows = unmapped_rows(home)
    names = {key_of(row): row["names"] for row in rows}
    return [{**row, "names": names[key_of(row)]} for row in likened(rows)]


def questions(home, rows=None):
    """Every Asked: those without an answer in the order of `unanswered`, then those with one.
    rows: the `held_rows`, where they are known."""
    rows = held_rows(home) if rows is None else rows
    held = defaultdict(list)
    for row in rows:
        for answerable in answerable_as(row):
            held[row["source"], answerable].append(row)
    return [*map(_asked, without_answer(home, rows)), *_answered(home, held)]


def _asked(row):
    shown = {name: value for name, value in row.items() if name in Asked.__dataclass_fields__}
    shown |= {name: tuple(row[name]) for name in ("names", "codes")}
    return Asked(key=key_of(row), **shown)


def _answered(home, held):
    "The answers of every source with rows or a stewards' map, the newest first"
    sources = {row["source"] for row in query(home, _SOURCES, only=())}
    found = []
    for source in sorted(sources):
        ours = _of_stewards(home, source)
        theirs = [answer for answer in _of_profile(home, source) if answer.key not in ours]
        for answer in (*ours.values(), *theirs):
            rows = held.get((source, answer.key), [])
            found.append(_with_answer(source, answer, rows, answer.key in ours))
    return sorted(found, key=lambda one: one.answer.answered_at or "", reverse=True)


def _of_stewards(home, source):
    """The Answers of the stewards' map of a source, by their key; none of a map that cannot be
    read."""
    try:
        return {answer.key: answer for answer in answers_of(home, source)}
    except (OSError, Malformed):
        return {}


def _of_profile(home, source):
    profile = read_profile_if_there(source, home)
    return [Answer(**row) for row in profile.maps] if profile else []


def _with_answer(source, answer, rows, is_ours):
    named = {
        "source": source, "entity": answer.entity, "kind": answer.kind,
        "code_system": answer.code_system, "delivered": answer.delivered,
    }  # fmt: skip
    days = [row["last_on"] for row in rows if row["last_on"]]
    return Asked(
        key=key_of(named),
        **named,
        rows=sum(row["rows"] for row in rows),
        names=tuple(dict.fromkeys(name for row in rows for name in row["names"])),
        last_on=max(days, default=None),
        answer=answer,
        is_ours=is_ours,
    )


def analytes_of(profile, asked):
    """The tests whose results are held in a unit, by the codes that they were delivered with."""
    codes = [(each["code_system"], each["code"]) for each in asked.codes]
    found = meanings(profile, "lab_result", codes).values()
    return sorted({meaning.analyte for meaning in found if meaning.analyte})


def replays_due(home):
    """Of each source that stewards answered for, whether a replay would read rows in the lake
    otherwise; None where that is not known."""
    due = {}
    for path in sorted(home.sources.glob(f"*/{STEWARD_MAP}")):
        if profile := read_profile_if_there(path.parent.name, home):
            due[profile.name] = is_replay_due(home, profile)
    return due


_SOURCES = "select distinct source from lake.delivery where refused is null"

"""Which fact each concept affects: the common table, and that of one pack beside its file."""

import csv
import io
from dataclasses import dataclass
from functools import cache

from pipeline.core import PROTOCOL, InvalidProtocol

COLUMNS = ("concept", "fact", "means", "wording")
COMMON = PROTOCOL / "concepts.csv"
AT_INGEST = {  # facts that a row has by its code alone, before any pack reads it
    "lab": "is a laboratory code, whose meaning is decided at the ingest",
    "trap": "must not be counted",
}
SHOWN = "shown"
NOT_CHOSEN = "shown by the pack"  # in place of a fact


@dataclass(frozen=True)
class Concept:
    """A row of a table of concepts. line: in its file, counted from 1."""

    concept: str
    fact: str
    means: str | None
    wording: str | None
    line: int

    @property
    def cells(self):
        "In the order of COLUMNS"
        return self.concept, self.fact, self.means, self.wording

    @property
    def shown(self):
        "For who reads the pack, as a row of its other tables"
        texts = {"fact": self.fact, "means": self.means, "wording": self.wording}
        return {"id": self.concept, **{name: text or "" for name, text in texts.items()}}


def concepts_in(path, text):
    """The rows of a table of concepts as Concepts. Raises InvalidProtocol, with file and line, for
    a text that is no such table."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise InvalidProtocol(f"{path}:1: the first line must be {','.join(COLUMNS)}.")
        return tuple(_concept(path, rows.line_num, cells) for cells in rows if cells)
    except csv.Error:
        raise InvalidProtocol(
            f"{path}:{rows.line_num}: the line cannot be read as CSV. Check its quotes."
        ) from None


def _concept(path, line, cells):
    if len(cells) != len(COLUMNS):
        raise InvalidProtocol(
            f"{path}:{line}: {len(cells)} cells where {len(COLUMNS)} are expected. Put a text that"
            " has a comma in quotes."
        )
    concept, fact, *others = (cell.strip() for cell in cells)
    return Concept(concept, fact, *(cell or None for cell in others), line=line)


@cache
def common_concepts():
    """The rows of `protocol/concepts.csv`, by concept."""
    rows = concepts_in(COMMON, COMMON.read_text(encoding="utf-8"))
    return {row.concept: row for row in rows}


def concepts_of(own):
    """The cells of every concept: the common rows, with the Concepts of a pack in their place or
    behind them."""
    known = common_concepts() | {row.concept: row for row in own}
    return [row.cells for row in known.values()]


def meanings_of(pack):
    """`(concept, fact, means)` of every concept, as lines of a pack's facts choose them: what its
    own table shows is NOT_CHOSEN, however a line names it."""
    shown = {row.concept for row in pack.concepts if row.fact == SHOWN}
    return [
        (concept, NOT_CHOSEN if concept in shown else fact, means)
        for concept, fact, means, _ in concepts_of(pack.concepts)
    ]


def concept_problems(own, facts):
    """What is wrong with the Concepts of a pack, as (line, message). facts: the names of the
    facts that the pack declares."""
    seen = set()
    for row in own:
        said = [*_name_problems(row, seen), *_meaning_problems(row, facts)]
        yield from ((row.line, f"concept {row.concept or '(empty)'} {each}") for each in said)
        seen.add(row.concept)


def _name_problems(row, seen):
    common = common_concepts().get(row.concept)
    if common is None:
        yield "does not exist: the names are those of protocol/concepts.csv"
    elif common.fact in AT_INGEST:
        yield f"{AT_INGEST[common.fact]}, so a pack cannot change it"
    if row.concept in seen:
        yield "is listed twice"


def _meaning_problems(row, facts):
    "A wrong word would be read by no SELECT: the concept would silently count for nothing"
    known = _means_by_fact()
    if row.fact in AT_INGEST or row.fact not in {*known, *facts}:
        yield (
            f"has the fact {row.fact or '(empty)'}, which no concept may be given: use {SHOWN} for"
            " one that is shown and does not count"
        )
    elif row.fact in known and row.fact != SHOWN:
        if row.means not in known[row.fact]:
            listed = ", ".join(sorted(known[row.fact]))
            yield f"means {row.means or '(empty)'}, which {row.fact} does not know: use {listed}"
    elif row.means is None or any(row.means in known[fact] for fact in {*known} - {SHOWN}):
        yield (
            f"means {row.means or '(empty)'} for {row.fact}: use a word that no other fact of"
            " protocol/concepts.csv has"
        )


@cache
def _means_by_fact():
    found = {}
    for row in common_concepts().values():
        if row.fact not in AT_INGEST:
            found.setdefault(row.fact, set()).add(row.means)
    return found

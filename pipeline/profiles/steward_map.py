"""The map that stewards write on the pages and with `b12 map`: one file a source, in its folder of
the home, beside the maps that the profile names, whose files stay as they are."""

import csv
from dataclasses import asdict, dataclass

from pipeline.core import replacing
from pipeline.profiles.guarded import guarded, unguarded
from pipeline.profiles.maps import MAP_HEADER, answered, map_rows

STEWARD_MAP = "steward_map.csv"
RECORDED = ("answered_by", "answered_at", "because")


@dataclass(frozen=True)
class Answer:
    """What a steward answered for a code or a unit: `map_to` is a code of `map_to_system`, a unit,
    or none. answered_at: in UTC, as ISO 8601."""

    entity: str
    kind: str
    code_system: str | None
    delivered: str
    map_to_system: str | None
    map_to: str
    answered_by: str | None = None
    answered_at: str | None = None
    because: str | None = None

    @property
    def key(self):
        "As of `answered`: two answers of one key answer one question"
        return answered(asdict(self))

    @property
    def is_relevant(self):
        return self.map_to.lower() != "none"


def steward_map(home, source):
    """Where the stewards' map of a source is, if there is one."""
    return home.sources / source / STEWARD_MAP


def answers_of(home, source):
    """The Answers of the stewards' map of a source, in the order in which they were given. Raises
    Malformed, and OSError."""
    try:
        rows = map_rows(steward_map(home, source))
    except FileNotFoundError:
        return []
    return [_answer(row) for row in rows if row.get("map_to")]


def _answer(row):
    cells = [unguarded(row.get(name) or "") for name in (*MAP_HEADER, *RECORDED)]
    entity, kind, system, delivered, to_system, to, *recorded = cells
    optional = [cell or None for cell in recorded]
    return Answer(entity, kind, system or None, delivered, to_system or None, to, *optional)


def write_answers(home, source, answers, *, before):
    """Put these Answers into the place of the stewards' map of a source, at once or not at all.

    before: called with the path of the new map before it takes its place; what it raises leaves the
    old one. Under the lock `maps`. Raises OSError.
    """
    path = steward_map(home, source)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with replacing(path) as part:
        with part.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            lines.writerow((*MAP_HEADER, *RECORDED))
            lines.writerows(_cells(answer) for answer in answers)
        part.chmod(0o600)
        before(part)


def _cells(answer):
    return [guarded(getattr(answer, name) or "") for name in (*MAP_HEADER, *RECORDED)]

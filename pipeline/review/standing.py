"""What the kept reviews say of a pack as it is now: line by line, and in all."""

from dataclasses import dataclass, field

from pipeline.review.kept import Review, reviews_of
from pipeline.review.lines import Line, sections


@dataclass(frozen=True)
class Remark:
    """One reviewer's answer to one line. is_current: to its present version and wording."""

    review: Review = field(repr=False)
    answer: str
    comment: str
    is_current: bool


@dataclass(frozen=True)
class Standing:
    """The reviews of a pack. by_line: the remarks on each line, by its key; gone: answers to lines
    that are no longer in the pack, as (answer with its wording, review)."""

    reviews: tuple
    lines: tuple[Line, ...] = field(repr=False)
    by_line: dict = field(repr=False)
    gone: tuple = field(repr=False)

    def current(self, key):
        """The answers of now to a line, one of each reviewer."""
        return [remark for remark in self.by_line[key] if remark.is_current]

    @property
    def agreed(self):
        """Keys of the lines to which every answer of now is agreement, and there is one."""
        return [
            line.key
            for line in self.lines
            if {remark.answer for remark in self.current(line.key)} == {"agree"}
        ]

    def keys_with(self, answer):
        """Keys of the lines with this answer from at least one reviewer."""
        return [
            line.key
            for line in self.lines
            if any(remark.answer == answer for remark in self.current(line.key))
        ]

    @property
    def objections(self):
        """How many objections of now there are."""
        return sum(
            remark.answer == "object" for line in self.lines for remark in self.current(line.key)
        )

    @property
    def changed(self):
        """Keys of the lines that were answered, but not in their present version and wording."""
        return [
            line.key for line in self.lines if self.by_line[line.key] and not self.current(line.key)
        ]


def standing_of(pack):
    """The Standing of a pack. Raises InvalidProtocol for a review that cannot be read."""
    reviews = tuple(reviews_of(pack))
    lines = tuple(line for section in sections(pack) for line in section.lines)
    by_line = {line.key: [] for line in lines}
    same = {(_part(line.key), line.digest): line.key for line in reversed(lines)}
    gone = []
    for review in reviews:
        is_this = review.version == str(pack.raw["version"])
        for answer in review.answers:
            unchanged = same.get((_part(answer.key), answer.digest))
            key = unchanged or answer.key
            if key not in by_line:
                gone.append((answer, review))
                continue
            remark = Remark(review, answer.answer, answer.comment, bool(is_this and unchanged))
            by_line[key] = [*_without(by_line[key], remark), remark]
    return Standing(reviews, lines, by_line, tuple(gone))


def _part(key):
    return key.partition(".")[0]


def _without(remarks, newer):
    "The remarks that a newer one leaves: a reviewer who answers again has changed their mind"
    return [
        remark
        for remark in remarks
        if remark.review.who != newer.review.who or (remark.is_current and not newer.is_current)
    ]

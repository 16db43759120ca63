"""What a change of protocol alone did to the worklist: the counts of the pack that decided before,
which a run keeps as those of a shadow, read the other way round."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CountedChange:
    """How many patients it added to the worklist, removed from it, and gave another action or
    priority."""

    adds: int
    removes: int
    alters: int


def altered(shadow):
    """How many patients another pack would list too, with another action or priority. shadow: an
    entry of `shadows.json`."""
    return sum(flow["patients"] for flow in shadow["flows"] if flow["from"] and flow["to"])


def change_by(shadow, former):
    """The CountedChange that an entry of `shadows.json` says; None where it is not of the pack that
    decided before. former: the SHA-256 of that pack."""
    if shadow["protocol"]["sha256"] != former:
        return None
    moved = shadow["moved"]
    return CountedChange(adds=moved["leave"], removes=moved["come"], alters=altered(shadow))


def counted_change(shadows, former):
    """The CountedChange that the entries of `shadows.json` say; None where it was not counted.
    former: as of `change_by`."""
    return next(filter(None, (change_by(shadow, former) for shadow in shadows)), None)

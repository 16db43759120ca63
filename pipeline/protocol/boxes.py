"""Sets of fact combinations as boxes: for each fact the answers it may have, one bit an answer.

Rules are boxes, so that "does this rule ever decide" and "is anything undecided" are exact without
listing millions of combinations: a box is cut by every earlier rule until a piece is left, or
nothing. A box is a tuple with one integer for each fact, in the order of the pack.
"""

from operator import and_


class Space:
    """The base facts of a pack, and every condition on derived facts written out in base facts."""

    def __init__(self, pack):
        self.facts = dict(pack.facts)
        self.whole = tuple((1 << len(answers)) - 1 for answers in self.facts.values())
        self._expansions = {}
        for decision in pack.decisions:
            if not decision.collects:
                self._learn(decision)

    def answers_in(self, box):
        """The answers that a box allows, by fact."""
        return {
            fact: tuple(answer for bit, answer in enumerate(answers) if bits >> bit & 1)
            for (fact, answers), bits in zip(self.facts.items(), box, strict=True)
        }

    def expand(self, when):
        """The boxes over base facts that `when` means. when: answers by fact, base or derived."""
        boxes = [self.whole]
        for fact, answers in when.items():
            if fact in self.facts:
                parts = [self._restricted(fact, answers)]
            else:
                parts = [
                    box for answer in answers for box in self._expansions.get((fact, answer), [])
                ]
            boxes = [both for box in boxes for part in parts if (both := intersect(box, part))]
        return boxes

    def _restricted(self, fact, allowed):
        "The whole space, but for one fact that may have only these answers"
        bits = sum(1 << bit for bit, answer in enumerate(self.facts[fact]) if answer in allowed)
        return tuple(
            bits if name == fact else every
            for name, every in zip(self.facts, self.whole, strict=True)
        )

    def _learn(self, decision):
        "Remember, for each outcome of a decision, the boxes that lead to it"
        names = ("rule", "next_step") if decision.name == "next_step" else (decision.name,)
        earlier = []
        for rule in decision.rules:
            mine = self.expand(rule.when)
            left = [piece for box in mine for piece in subtract(box, earlier)]
            for name in names:
                answer = rule.id if name == "rule" else rule.outcome
                self._expansions.setdefault((name, answer), []).extend(left)
            earlier += mine


def intersect(one, other):
    """The common part of two boxes, or None."""
    both = tuple(map(and_, one, other))
    return both if all(both) else None


def cut(box, hole):
    """The box without the hole, as disjoint boxes."""
    common = intersect(box, hole)
    if common is None:
        return [box]
    return [
        (*common[:place], outside, *box[place + 1 :])
        for place, (bits, shared) in enumerate(zip(box, common, strict=True))
        if (outside := bits & ~shared)
    ]


def subtract(box, holes):
    """The box without all the holes, as disjoint boxes."""
    pieces = [box]
    for hole in holes:
        pieces = [part for piece in pieces for part in cut(piece, hole)]
    return pieces


def witness(box, holes):
    """A part of the box that lies in no hole, or None: found depth first, so that one answer is
    enough."""
    if not holes:
        return box
    for piece in cut(box, holes[0]):
        if found := witness(piece, holes[1:]):
            return found
    return None

"""Sets of fact combinations as boxes: for each fact the answers it may have.

Rules are boxes, so that "does this rule ever decide" and "is anything undecided" are exact without
listing millions of combinations: a box is cut by every earlier rule until a piece is left, or
nothing.
"""


class Space:
    """The base facts of a pack, and every condition on derived facts written out in base facts."""

    def __init__(self, pack):
        self.answers = dict(pack.raw["facts"])
        self.whole = {fact: tuple(answers) for fact, answers in self.answers.items()}
        self._expansions = {}
        for decision in pack.decisions:
            if decision.collects:
                continue
            self._learn(decision)

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

    def expand(self, when):
        """The boxes over base facts that `when` means. when: answers by fact, base or derived."""
        boxes = [dict(self.whole)]
        for fact, answers in when.items():
            if fact in self.whole:
                parts = [{**self.whole, fact: tuple(answers)}]
            else:
                parts = [
                    box for answer in answers for box in self._expansions.get((fact, answer), [])
                ]
            boxes = [both for box in boxes for other in parts if (both := intersect(box, other))]
        return boxes


def intersect(one, other):
    """The common part of two boxes, or None."""
    both = {}
    for fact, answers in one.items():
        common = (
            answers
            if answers == other[fact]
            else tuple(answer for answer in answers if answer in other[fact])
        )
        if not common:
            return None
        both[fact] = common
    return both


def cut(box, hole):
    """The box without the hole, as disjoint boxes."""
    common = intersect(box, hole)
    if common is None:
        return [box]
    pieces, rest = [], dict(box)
    for fact, answers in box.items():
        outside = tuple(answer for answer in answers if answer not in hole[fact])
        if outside:
            pieces.append({**rest, fact: outside})
            rest[fact] = common[fact]
    return pieces


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

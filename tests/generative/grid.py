"""Every combination of facts at once: the definition of the protocol pack, evaluated on arrays with an axis for each fact.

Brute force without a list: the answers that no line tells apart share a place on their axis, and a fact that only lines without
a say in the comparison read is left out. `test_the_grid_is_the_definition` holds it against the plain Python of the pack.
"""

from collections import defaultdict

import numpy as np

NOT_URGENT = 5  # a priority of 0, so that smaller is always more urgent


class Grid:
    """The combinations of `facts` (answers by fact; one answer: a fixed fact), over which a pack decides."""

    def __init__(self, pack, facts):
        self.pack = pack
        self.facts = facts
        self.axes = [fact for fact, answers in facts.items() if len(answers) > 1]
        self.shape = tuple(len(facts[fact]) for fact in self.axes)
        self._known = {}

    def mask(self, fact, answers):
        "Where a fact, base or derived, has one of the answers: an array that broadcasts over the grid"
        if fact in self.facts:
            allowed = np.array([answer in answers for answer in self.facts[fact]])
            if fact not in self.axes:
                return allowed.reshape((1,) * len(self.axes))
            return allowed.reshape([-1 if fact == axis else 1 for axis in self.axes])
        return np.logical_or.reduce(
            np.broadcast_arrays(*(self._is(fact, answer) for answer in answers))
        )

    def _is(self, fact, answer):
        if (fact, answer) not in self._known:
            outcomes = defaultdict(lambda: np.zeros((1,) * len(self.axes), bool))
            before = np.zeros((1,) * len(self.axes), bool)
            for rule in self.pack.decision(fact).rules:
                fits = self.fits(rule)
                outcomes[rule.outcome] = outcomes[rule.outcome] | (fits & ~before)
                before = before | fits
            self._known |= {(fact, outcome): where for outcome, where in outcomes.items()}
        return self._known.get((fact, answer), np.zeros((1,) * len(self.axes), bool))

    def fits(self, rule):
        "Where a line fits"
        where = np.ones((1,) * len(self.axes), bool)
        for fact, answers in rule.when.items():
            where = where & self.mask(fact, answers)
        return where

    def urgency(self):
        "The priority of each combination: 1 urgent … 4 routine, NOT_URGENT for 0"
        found = np.full(self.shape, NOT_URGENT, np.int8)
        undecided = np.ones(self.shape, bool)
        for rule in self.pack.decision("next_step").rules:
            decided = undecided & self.fits(rule)
            if rule.priority:
                found[decided] = rule.priority
            undecided &= ~decided
        for name in ("safety", "flags"):
            self._collect(found, name)
        return found

    def _collect(self, found, name):
        "As `collect`: of several lines with one outcome the first that fits counts"
        before = {}
        for rule in self.pack.decision(name).rules:
            fits = self.fits(rule) if set(rule.when).isdisjoint({"rule", "next_step"}) else None
            if fits is None:
                assert rule.priority == 0, f"{rule.id} of {name} reads the next step"
                continue
            mine = fits & ~before.get(rule.outcome, np.zeros((1,) * len(self.axes), bool))
            before[rule.outcome] = before.get(rule.outcome, mine) | fits
            if rule.priority:
                np.minimum(
                    found, np.where(mine, np.int8(rule.priority), np.int8(NOT_URGENT)), out=found
                )

    def at(self, place):
        "The facts of one place of the grid"
        chosen = {fact: answers[0] for fact, answers in self.facts.items()}
        return chosen | {
            fact: self.facts[fact][index] for fact, index in zip(self.axes, place, strict=True)
        }


def told_apart(pack, *, by, fixed):
    """The facts for a Grid in which lines are compared that differ in the facts `by`: one answer of each class that a line with a say
    tells apart.

    A line with a say gives a priority and reads one of `by`, directly or not; the next step always has one. Facts that no such line
    reads keep one answer: they raise or leave both sides of the comparison alike. fixed: answers by fact.
    """
    reads = _base_facts(pack)
    lines = list(pack.decision("next_step").rules)
    lines += [
        rule
        for name in ("safety", "flags")
        for rule in pack.decision(name).rules
        if rule.priority and any(reads(fact) & set(by) for fact in rule.when)
    ]
    asked = _conditions(pack, lines)
    classes = {fact: _classes(answers, asked[fact]) for fact, answers in pack.facts.items()}
    return classes | fixed


def _classes(answers, conditions):
    alike = {}
    for answer in answers:
        alike.setdefault(tuple(answer in condition for condition in sorted(conditions)), answer)
    return list(alike.values())


def _conditions(pack, rules):
    "The lists of answers that the rules ask of each base fact, those of derived facts and of `cause` included"
    asked, waiting, seen = defaultdict(set), list(rules), set()
    while waiting:
        for fact, answers in waiting.pop().when.items():
            if fact in pack.facts:
                asked[fact].add(tuple(answers))
            elif fact not in seen and fact not in ("rule", "next_step"):
                seen.add(fact)
                waiting += pack.decision(fact).rules
    return asked


def _base_facts(pack):
    def reads(fact):
        if fact in pack.facts:
            return {fact}
        name = {"rule": "next_step"}.get(fact, fact)
        return {
            base for rule in pack.decision(name).rules for one in rule.when for base in reads(one)
        }

    return reads

"""Combinations of facts to try: exhaustive where no rule can tell two answers apart, random, and beside the edge of each rule."""

from itertools import product
from random import Random

from pipeline.protocol import boxes
from tests.clinic import pack

FACTS = pack().raw["facts"]
DECISION = {decision.name: decision for decision in pack().decisions}


def conditions(rules):
    """Every condition (fact, answers) that the rules ask for, those of derived facts and of earlier decisions included."""
    found, waiting = set(), [pair for rule in rules for pair in rule.when.items()]
    while waiting:
        fact, answers = waiting.pop()
        if fact in FACTS:
            found.add((fact, tuple(answers)))
        else:
            name = {"rule": "next_step"}.get(fact, fact)
            waiting += [pair for rule in DECISION[name].rules for pair in rule.when.items()]
    return found


def classes(rules):
    """For each base fact that the rules read: its answers, those together that no condition tells apart."""
    asked = conditions(rules)
    found = {}
    for fact in dict(sorted(asked)):
        alike = {}
        for answer in FACTS[fact]:
            alike.setdefault(tuple(answer in answers for name, answers in sorted(asked) if name == fact), []).append(answer)
        found[fact] = list(alike.values())
    return found


def exhaustive(rules, random, *, without=()):
    """Every combination of classes of answers that the rules can tell apart; any answer of each class, the other facts at random.

    without: facts that only lead to a derived fact that another one leads to as well; they stay at their last answer.
    """
    kept = {fact: found for fact, found in classes(rules).items() if fact not in without}
    for chosen in product(*kept.values()):
        facts = {fact: FACTS[fact][-1] if fact in without else random.choice(answers) for fact, answers in FACTS.items()}
        yield facts | {fact: random.choice(answers) for fact, answers in zip(kept, chosen, strict=True)}


def at_random(number, random):
    """Any combinations at all."""
    for _ in range(number):
        yield {fact: random.choice(answers) for fact, answers in FACTS.items()}


def beside_every_rule(random, tries=2):
    """Combinations that each rule fits, and all that differ from one of them in a single answer."""
    space = boxes.Space(pack())
    for decision in pack().decisions:
        for rule in decision.rules:
            fitting = space.expand(rule.when)
            for _ in range(tries if fitting else 0):
                box = random.choice(fitting)
                facts = {fact: random.choice(answers) for fact, answers in box.items()}
                yield facts
                for fact, answers in FACTS.items():
                    yield from (facts | {fact: answer} for answer in answers if answer != facts[fact])


def seeded():
    return Random(20260131)

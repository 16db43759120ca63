"""The condition of a line in a clinician's words."""

from pipeline.protocol import labels, phrase
from pipeline.protocol import phrases as phrases_of

FEW, MANY = 2, 3  # answers that are named as exceptions, when at least this many are left


def conditions(pack, when):
    """Each part of a condition as a phrase; all of them must hold. when: answers by fact."""
    return [_part(pack, fact, list(answers)) for fact, answers in when.items()]


def _part(pack, fact, answers):
    known = _answers(pack, fact)
    excluded = [answer for answer in known if answer not in answers]
    if excluded and len(excluded) <= FEW and len(answers) >= MANY:
        return f"{labels.word(fact)}: any answer except {' and '.join(map(labels.low, excluded))}"
    if all(len(phrases_of(fact, answer)) == 1 for answer in answers):
        return _either(phrase(pack, fact, answer) for answer in answers)
    return f"{labels.word(fact)}: {_either(map(labels.low, answers))}"


def _answers(pack, fact):
    "The closed list of answers of a base fact; of other facts those that are named"
    return pack.facts.get(fact, ())


def _either(words):
    *rest, last = words
    return f"{', '.join(rest)} or {last}" if rest else last

"The examples of the packs that ship: each passes, each line of a rule and alert decides one, and a line that is taken away is missed"

from functools import cache

import pytest

from pipeline.analysis import try_examples
from pipeline.core import PROTOCOL
from pipeline.protocol import has_examples, load, missing_examples, problems
from pipeline.protocol.pack import collect, decide, derive

PACKS = sorted(path.stem for path in PROTOCOL.glob("*.yaml") if has_examples(load(path.stem)))
LINES = ("next_step", "safety")


@cache
def tried(name):
    return try_examples(load(name))


def test_the_packs_that_are_based_on_another_have_examples():
    based = {path.stem for path in PROTOCOL.glob("*.yaml") if load(path.stem).raw.get("based_on")}
    assert based <= {*PACKS}


@pytest.mark.parametrize("name", PACKS)
def test_every_example_comes_out_as_it_says(name):
    assert (problems(load(name)), missing_examples(load(name))) == ([], [])
    failed = [each for each in tried(name) if not each.is_passed]
    assert [(each.example.title, each.differences) for each in failed] == []


@pytest.mark.parametrize("name", PACKS)
def test_every_line_of_a_rule_and_alert_decides_an_example(name):
    lines = {(section, n) for section in LINES for n in range(len(load(name).raw[section]))}
    assert lines - {line for each in tried(name) for line in each.decided} == set()


@pytest.mark.parametrize("name", PACKS)
def test_an_example_fails_without_any_line_that_says_something_else_than_the_next(name):
    pack = load(name)
    patients = [{fact: each.came[f"facts.{fact}"] for fact in pack.facts} for each in tried(name)]
    as_it_is = [outcomes(pack, facts) for facts in patients]
    unnoticed = [
        (section, pack.raw[section][n]["id"], n)
        for section in LINES
        for n in range(len(pack.raw[section]) - (section == "next_step"))
        if [outcomes(pack, facts, without=(section, n)) for facts in patients] == as_it_is
    ]
    assert [one for one in unnoticed if not is_reason_alone(pack, one)] == []


def outcomes(pack, facts, without=(None, 0)):
    "What an example may expect of rules and alerts, of a pack without a line"
    known = derive(pack, facts)
    rules = {name: [*pack.decision(name).rules] for name in LINES}
    if without[0]:
        del rules[without[0]][without[1]]
    rule = decide(rules["next_step"], known)
    alerts = collect(rules["safety"], known | {"rule": rule.id, "next_step": rule.outcome})
    return (rule.id, rule.outcome, rule.priority, {(one.outcome, one.priority) for one in alerts})


def is_reason_alone(pack, line):
    "Whether a later line asks for the same, for another reason"
    section, _, n = line
    rules = pack.decision(section).rules
    here = rules[n]
    return any(
        (other.id, other.outcome, other.priority) == (here.id, here.outcome, here.priority)
        for other in rules[n + 1 :]
    )

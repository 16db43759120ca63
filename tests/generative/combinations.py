"""Combinations of facts, decided by the SQL and by the definition. To try: exhaustive where no rule can tell two answers apart, random, and beside the edge of each rule."""

from itertools import product
from random import Random

import pyarrow as pa

from pipeline.engine import relations
from pipeline.protocol import boxes
from pipeline.protocol.pack import assess
from pipeline.screening.apply_rules import apply_rules
from tests.clinic import pack

FACTS = pack().facts
DECISION = {decision.name: decision for decision in pack().decisions}

IN_ORDER = (
    "screening.combination_fact", "screening.known", "screening.turn", "screening.fit", "screening.deciding_fact",
    "screening.combination_decision",
)  # fmt: skip


def by_sql(con, combinations):
    """Rule, next step, alerts, flags, cohorts, cause, priority, deficient, at_risk, treated and symptom_to_test of each combination, in their order.

    Facts that the shipped pack does not have go into own_answers, as those of the pack's own do.
    """
    own = [
        [{"fact": fact, "answer": facts[fact]} for fact in facts if fact not in FACTS]
        for facts in combinations
    ]
    given = pa.table({
        "combination": list(range(len(combinations))), **{fact: [facts[fact] for facts in combinations] for fact in FACTS},
        "own_answers": pa.array(own, pa.list_(pa.struct({"fact": pa.string(), "answer": pa.string()}))),
    })  # fmt: skip
    con.execute("create schema if not exists screening")
    con.register("given", given)
    con.execute("create or replace table screening.combination as select * from given")
    for name in IN_ORDER:
        (apply_rules if name == "screening.fit" else relations.create)(con, name)
    return con.execute(
        "select rule, next_step, safety, flags, cohorts, cause, priority, deficient, at_risk, treated, symptom_to_test "
        "from screening.combination_decision order by combination"
    ).fetchall()


def by_definition(facts, of=None):
    """The same of one combination by the definition in plain Python. of: a pack, else the default one."""
    found = assess(of or pack(), facts)
    known = found["facts"]
    return (
        found["rule"].id, found["next_step"], [alert.outcome for alert in found["safety"]], [flag.outcome for flag in found["flags"]],
        found["cohorts"], found["cause"], found["priority"], known["deficient"], known["at_risk"], known["treated"],
        known["symptom_to_test"],
    )  # fmt: skip


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
            alike.setdefault(
                tuple(answer in answers for name, answers in sorted(asked) if name == fact), []
            ).append(answer)
        found[fact] = list(alike.values())
    return found


def exhaustive(rules, random, **only):
    """Every combination of classes of answers that the rules can tell apart; any answer of each class, the other facts at random.

    only: the answers that a fact may have, when not all.
    """
    rest = FACTS | only
    kept = {fact: found for fact, found in classes(rules).items() if fact not in only}
    for chosen in product(*kept.values()):
        answers = rest | dict(zip(kept, chosen, strict=True))
        yield {fact: found[int(random.random() * len(found))] for fact, found in answers.items()}


def at_random(number, random, of=None):
    """Any combinations at all of a pack's facts."""
    for _ in range(number):
        yield {fact: random.choice(answers) for fact, answers in (of or pack()).facts.items()}


def beside_every_rule(random, tries=2, of=None):
    """Combinations that each rule of a pack fits, and all that differ from one of them in a single answer."""
    facts_of_pack, space = (of or pack()).facts, boxes.Space(of or pack())
    for decision in (of or pack()).decisions:
        for rule in decision.rules:
            fitting = space.expand(rule.when)
            for _ in range(tries if fitting else 0):
                box = space.answers_in(random.choice(fitting))
                facts = {fact: random.choice(answers) for fact, answers in box.items()}
                yield facts
                for fact, answers in facts_of_pack.items():
                    yield from (
                        facts | {fact: answer} for answer in answers if answer != facts[fact]
                    )


def seeded():
    return Random(20260131)

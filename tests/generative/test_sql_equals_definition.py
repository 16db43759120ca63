"""The SQL decides as the definition does: the first row that fits, in plain Python, over every combination of facts that a table
can tell apart, over 60,000 random ones, and over all that differ in one answer from one that a rule fits. Protocol §5, 4."""

from itertools import chain, islice

import pyarrow as pa
import pytest

from pipeline import relations
from pipeline.decide import decide_in_turn
from pipeline.protocol import assess
from tests.clinic import clinic, pack
from tests.generative.combinations import DECISION, FACTS, at_random, beside_every_rule, exhaustive, seeded

DERIVED = [name for name, decision in DECISION.items() if name in pack().raw["derived"]]
IN_ORDER = (
    "screening.combination_fact", "screening.known", "screening.turn", "screening.fit", "screening.deciding_fact",
    "screening.combination_decision",
)  # fmt: skip


def by_sql(con, combinations):
    """What the SQL decides for each combination, in their order."""
    given = pa.table({
        "combination": list(range(len(combinations))), **{fact: [facts[fact] for facts in combinations] for fact in FACTS},
    })  # fmt: skip
    con.execute("create schema if not exists screening")
    con.register("given", given)
    con.execute("create or replace table screening.combination as from given")
    for name in IN_ORDER:
        (decide_in_turn if name == "screening.fit" else relations.create)(con, name)
    return con.execute(
        "select rule, next_step, safety, flags, cohorts, cause, priority, deficient, at_risk, treated "
        "from screening.combination_decision order by combination"
    ).fetchall()


def by_definition(facts):
    found = assess(pack(), facts)
    known = found["facts"]
    return (
        found["rule"].id, found["next_step"], [alert.outcome for alert in found["safety"]], [flag.outcome for flag in found["flags"]],
        found["cohorts"], found["cause"], found["priority"], known["deficient"], known["at_risk"], known["treated"],
    )  # fmt: skip


def agree(combinations, size=60_000):
    con, waiting = clinic(), iter(combinations)
    while batch := list(islice(waiting, size)):
        for facts, decided in zip(batch, by_sql(con, batch), strict=True):
            assert decided == by_definition(facts), facts


def test_derived_facts_and_cohorts_over_every_combination():
    agree(chain.from_iterable(exhaustive(DECISION[name].rules, seeded()) for name in (*DERIVED, "cohorts")))


def test_next_step_over_every_combination():
    "at_risk has its own test: metformin, malabsorption and deficiency_before lead to it here, acid_suppressant and diet need not"
    combinations = exhaustive(DECISION["next_step"].rules, seeded(), without=("acid_suppressant", "diet"))
    agree(combinations)


def test_cause_over_every_combination():
    agree(exhaustive(DECISION["cause"].rules, seeded()))


@pytest.mark.parametrize("name", ["safety", "flags"])
def test_each_alert_and_flag_over_every_combination_that_its_line_can_tell_apart(name):
    "A flag that names a rule of next_step reads as much as next_step does: those are tried at random and beside their edges"
    lines = [[rule] for rule in DECISION[name].rules if "rule" not in rule.when]
    agree(chain.from_iterable(exhaustive(line, seeded()) for line in lines))


def test_any_combinations_at_all():
    agree(at_random(60_000, seeded()))


def test_beside_the_edges_of_every_rule():
    agree(beside_every_rule(seeded()))

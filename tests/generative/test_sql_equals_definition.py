"""The SQL decides as the definition does: the first row that fits, in plain Python, over every combination of facts that a table
can tell apart, over 50,000 random ones, and over all that differ in one answer from one that a rule fits. Protocol §5, 4."""

from itertools import chain, islice

import pytest

from pipeline.core import PROTOCOL
from pipeline.protocol.pack import load
from pipeline.protocol.tables import register_pack
from tests.clinic import clinic, pack
from tests.generative.combinations import (
    DECISION,
    at_random,
    beside_every_rule,
    by_definition,
    by_sql,
    exhaustive,
    seeded,
)

OTHERS = sorted({path.stem for path in PROTOCOL.glob("*.yaml")} - {pack().name})
SWITCHES = ("n23_used", "n24_used")
DERIVED = [name for name in DECISION if name in pack().raw["derived"]]


def agree(combinations, size=60_000, of=None):
    con, waiting = clinic(), iter(combinations)
    if of:
        register_pack(con, of)
    while batch := list(islice(waiting, size)):
        for facts, decided in zip(batch, by_sql(con, batch), strict=True):
            assert decided == by_definition(facts, of), facts


def test_derived_facts_and_cohorts_over_every_combination():
    agree(
        chain.from_iterable(
            exhaustive(DECISION[name].rules, seeded()) for name in (*DERIVED, "cohorts")
        )
    )


def test_next_step_over_every_combination_out_of_scope():
    rules = DECISION["next_step"].rules
    agree(exhaustive(rules[: _first("N05")], seeded()))


def test_next_step_over_every_combination_in_scope_and_untreated():
    "at_risk has its own test: metformin, malabsorption and deficiency_before lead to it here, acid_suppressant and diet need not"
    only = {
        "scope": ["in_scope", "age_unknown"],
        "b12_therapy": ["lapsed", "none", "not_loaded"],
        "acid_suppressant": ["none", "shorter"],
        "diet": ["none_known", "not_loaded"],
        **{switch: ["yes"] for switch in SWITCHES},
    }
    agree(exhaustive(DECISION["next_step"].rules[_first("N05") :], seeded(), **only))


def test_next_step_over_every_combination_of_what_is_behind_its_switches_and_of_the_treated():
    "The rules that can decide where a switch is off, and those that read no more than treated"
    out_of_reach = {
        "mma": ["never"],
        "active_b12": ["never"],
        "scope": ["in_scope"],
        "b12_500": ["up_to_500"],
    }
    agree(exhaustive(DECISION["next_step"].rules[_first("N22") :], seeded(), **out_of_reach))


def _first(rule):
    return [found.id for found in DECISION["next_step"].rules].index(rule)


def test_cause_over_every_combination():
    agree(exhaustive(DECISION["cause"].rules, seeded()))


@pytest.mark.parametrize("name", ["safety", "flags"])
def test_each_alert_and_flag_over_every_combination_that_its_line_can_tell_apart(name):
    "A flag that names a rule of next_step reads as much as next_step does: those are tried at random and beside their edges"
    lines = [[rule] for rule in DECISION[name].rules if "rule" not in rule.when]
    agree(chain.from_iterable(exhaustive(line, seeded()) for line in lines))


def test_any_combinations_at_all():
    agree(at_random(50_000, seeded()))


def test_beside_the_edges_of_every_rule():
    agree(beside_every_rule(seeded()))


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_shipped_pack(name):
    agree(at_random(20_000, seeded(), load(name)), of=load(name))
    agree(beside_every_rule(seeded(), of=load(name)), of=load(name))

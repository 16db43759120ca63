"What must never lower a priority, over every combination of facts (grid.py). Protocol §5, 6."

from itertools import pairwise

import numpy as np
import pytest

from pipeline.core import PROTOCOL
from pipeline.protocol import boxes
from pipeline.protocol.pack import assess, load
from tests.clinic import pack
from tests.generative.grid import NOT_URGENT, Grid, told_apart

PACKS = sorted(path.stem for path in PROTOCOL.glob("*.yaml"))
AS_METFORMIN = {  # facts that do to every line with a say what metformin (or, a sign, neuro) does: one answer each keeps the grid small
    "nice-ng239": {
        "acid_suppressant": ["none"], "diet": ["none_known"], "risk_drug": ["none"], "other_sign": ["none"], "patient_row": ["loaded"],
    },
}  # fmt: skip
UNTREATED = ["lapsed", "none", "not_loaded"]
SWITCHES = {"n23_used": ["yes"], "n24_used": ["yes"]}
LOW = [
    ("low_molar_only", "yes", "up_to_500"),
    ("uncertain_low", "yes", "up_to_500"),
    ("low", "yes", "up_to_500"),
]
NUMBERS = [
    ("no", "above_500"),
    ("no", "up_to_500"),
    ("no", "up_to_500"),
    ("yes", "up_to_500"),
]  # above, above, borderline, borderline


def ladder(*words):
    "The answers to b12, neuro_300 and b12_500 from a high value to a low one, for one age and history of treatment"
    return [(word, *number) for word, number in zip(words, NUMBERS, strict=True)] + LOW


# for each age of the value, and what was given since: the words of the same patient with ever lower values
LADDERS = {
    "recent": ladder("above", "above", "borderline", "borderline"),
    "recent, some censored": ladder("above", "above", "uncertain", "uncertain"),
    "old, nothing since": ladder("stale", "stale", "stale_borderline", "stale_borderline"),
    "old, with MMA or B12 since": ladder("stale", "stale", "stale", "stale"),
    "taken on treatment": ladder("on_treatment", "on_treatment", "on_treatment", "on_treatment"),
}


def urgencies(by, states, of=None, **fixed):
    "For each state (answers to the facts `by`) the urgency of every combination of the other facts of a pack"
    mine = of or pack()
    kept = {fact: list(answers) for fact, answers in fixed.items()}
    facts = told_apart(mine, by=by, fixed=SWITCHES | AS_METFORMIN.get(mine.name, {}) | kept)
    for state in states:
        grid = Grid(mine, facts | {fact: [answer] for fact, answer in zip(by, state, strict=True)})
        yield state, grid, grid.urgency()


def never_less_urgent(before, after):
    state, _, was = before
    lower, grid, now = after
    worse = np.argwhere(now > was)
    assert not len(worse), (
        f"{len(worse)} combinations are less urgent when {state} becomes {lower}: {grid.at(worse[0])}"
    )


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("history", LADDERS)
def test_lowering_a_b12_never_lowers_the_priority_of_an_untreated_patient(history, name):
    mine = load(name)
    states = [state for state in LADDERS[history] if state[0] in mine.facts["b12"]]
    compared = urgencies(("b12", "neuro_300", "b12_500"), states, mine, b12_therapy=UNTREATED)
    for before, after in pairwise(compared):
        never_less_urgent(before, after)


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("before_low", ["no", "yes"])
def test_a_lower_value_before_a_treatment_that_ended_is_a_deficiency_before(before_low, name):
    "treated_since: the value decides nothing, but a low one makes deficiency_before yes"
    by = ("b12", "neuro_300", "b12_500", "deficiency_before")
    states = [("treated_since", *number, before_low) for number in NUMBERS] + [
        ("treated_since", "yes", "up_to_500", "yes")
    ]
    for before, after in pairwise(urgencies(by, states, load(name), b12_therapy=["lapsed"])):
        never_less_urgent(before, after)


@pytest.mark.parametrize("name", PACKS)
def test_an_earlier_low_never_lowers_a_priority(name):
    states = [("no",), ("yes",)]
    for before, after in pairwise(urgencies(("deficiency_before",), states, load(name))):
        never_less_urgent(before, after)


@pytest.mark.parametrize("name", ["aafp-2025", "nice-ng239"])
def test_adding_a_neurological_concept_where_headache_is_none_never_lowers_a_priority(name):
    mine, timing = load(name), ("other", "other", "other", "new_on_therapy")
    states = [*zip(("none", "nonspecific", "diabetic_only", "definite"), timing, strict=True)]
    found = list(urgencies(("neuro", "neuro_timing"), states, mine))
    for before, after in pairwise(found):
        never_less_urgent(before, after)
    unknown, *_ = urgencies(("neuro", "neuro_timing"), [("not_loaded", "other")], mine)
    never_less_urgent(unknown, found[1])


def test_adding_a_neurological_concept_never_lowers_a_priority():
    "The answer is the strongest that applies, so that one more concept leaves it or moves it up; a new sign may be new on therapy"
    steps = [
        (("none", "other"), ("headache_old", "other")), (("not_loaded", "other"), ("headache_old", "other")),
        (("headache_old", "other"), ("nonspecific", "other")), (("nonspecific", "other"), ("diabetic_only", "other")),
        (("diabetic_only", "other"), ("headache", "other")), (("headache", "other"), ("headache", "new_on_therapy")),
        (("headache", "other"), ("definite", "other")), (("headache", "new_on_therapy"), ("definite", "new_on_therapy")),
    ]  # fmt: skip
    states = [
        ("none", "other"),
        *(after for _, after in steps if after != ("headache_old", "other")),
    ]
    states += [("not_loaded", "other"), ("headache_old", "other")]
    assert {neuro for neuro, _ in states} == set(pack().facts["neuro"])
    found = {result[0]: result for result in urgencies(("neuro", "neuro_timing"), states)}
    for before, after in steps:
        never_less_urgent(found[before], found[after])


def test_the_grid_is_the_definition():
    facts = told_apart(pack(), by=("b12", "neuro"), fixed={})
    facts |= {
        fact: answers[:2]
        for fact, answers in facts.items()
        if fact not in ("scope", "b12", "neuro", "mma", "b12_therapy")
    }
    facts |= {
        fact: facts[fact][:1]
        for fact in (
            "resection_length",
            "pregnancy",
            "tested",
            "cause_tests",
            "diet",
            "b12_500",
            "n23_used",
            "n24_used",
        )
    }
    grid = Grid(pack(), facts)
    urgency = grid.urgency()
    chosen = np.random.default_rng(20260131).integers(0, urgency.size, 4000)
    for place in np.stack(np.unravel_index(chosen, urgency.shape), axis=1):
        assert (assess(pack(), grid.at(place))["priority"] or NOT_URGENT) == urgency[
            tuple(place)
        ], grid.at(place)


@pytest.mark.parametrize("name", PACKS)
def test_who_died_or_opted_out_never_has_a_priority(name):
    out, mine = {"deceased", "opted_out"}, load(name)
    rules = mine.decision("next_step").rules
    excluding = [rule for rule in rules if rule.id == "N01"]
    assert list(rules[: len(excluding)]) == excluding  # above all others
    assert {rule.priority for rule in excluding} == {0}
    assert [rule.when["scope"] for rule in excluding if len(rule.when) == 1] == [
        ["deceased"],
        ["opted_out"],
    ]
    space = boxes.Space(mine)
    for rule in (*mine.decision("safety").rules, *mine.decision("flags").rules):
        for box in space.expand(rule.when) if rule.priority else ():
            assert out.isdisjoint(space.answers_in(box)["scope"]), rule

"""Every rule that was considered of a patient: whether it fits and why not; and those that almost
applied."""

from functools import partial

from pipeline.analysis.distance import MEASURED, distance
from pipeline.protocol import collect, decide, derive, impossible

NEAR_MISSES = 6  # shown
ROUTINE = 4  # the least urgent priority
NEVER_NEAR = {"scope", "loading", "patient_row", "medications", "conditions"}


def considered_rules(pack, facts, assessment, judged=None):
    """The lines of every decision but the derived facts, by its name, as dicts. judged: by band,
    the id of the local row that judged the result which decides, where one did."""
    near = _lines_one_answer_away(pack, facts)
    far = partial(_distance, pack, assessment, judged or {})
    return {
        decision.name: _considered(decision, facts, assessment, near=near, far=far)
        for decision in pack.decisions
        if decision.name not in pack.raw["derived"]
    }


def _lines_one_answer_away(pack, facts):
    """The ids of the lines that would decide if one base fact had another answer; not where that
    contradicts the others"""
    base = {fact: facts[fact] for fact in pack.facts}
    tables = [pack.decision(name) for name in ("next_step", "safety")]
    excluded = list(impossible(pack))
    near = set()
    for fact in base.keys() - NEVER_NEAR:
        for answer in pack.facts[fact]:
            changed = base | {fact: answer}
            if answer != base[fact] and not _contradicts(changed, excluded, fact):
                known = derive(pack, changed)
                near.update(id(line) for table in tables for line in _deciding(table, known))
    return near


def _contradicts(facts, excluded, fact):
    return any(
        fact in combination and all(facts[name] in answers for name, answers in combination.items())
        for combination in excluded
    )


def _deciding(table, facts):
    return collect(table.rules, facts) if table.collects else [decide(table.rules, facts)]


def _considered(decision, facts, assessment, *, near, far):
    """Every line of a decision: whether it fits, whether it decides, which conditions do not hold,
    and how far a near miss is"""
    decided, lines, limit = False, [], assessment["priority"] or ROUTINE
    for rule in decision.rules:
        missing = {
            fact: list(answers) for fact, answers in rule.when.items() if facts[fact] not in answers
        }
        decides = not missing and (decision.collects or not decided)
        decided = decided or not missing
        lines.append({
            "rule": rule.id, "outcome": rule.outcome, "priority": rule.priority,
            "fits": not missing, "decides": decides,
            "near_miss": len(missing) == 1 and id(rule) in near and 0 < rule.priority <= limit,
            "because": rule.because, "cites": list(rule.cites),
            "holds": {fact: facts[fact] for fact in rule.when if fact not in missing},
            "fails": {
                fact: {"is": facts[fact], "asks_for": answers} for fact, answers in missing.items()
            },
            "distance": far(facts, missing),
        })  # fmt: skip
    return lines


def near_misses(considered):
    """The rules and alerts, as urgent as the row or more, that a value nearly reaches, each with
    its distance: the most urgent first, each rule once; not those that would change no next
    step."""
    return [rule for rule in _one_answer_away(considered) if rule["distance"]][:NEAR_MISSES]


def would_change(considered):
    """The others that one other answer would bring: a test that is missing, a sign, another
    medicine. As `near_misses`, without a distance."""
    return [rule for rule in _one_answer_away(considered) if not rule["distance"]][:NEAR_MISSES]


def _one_answer_away(considered):
    "Each rule once, with its distance where one of its lines has one"
    decides = [
        rule for name in ("next_step", "safety") for rule in considered[name] if rule["decides"]
    ]
    if any(rule["outcome"] == "EXCLUDED" for rule in decides):
        return []
    near = [
        rule
        for name in ("next_step", "safety")
        for rule in considered[name]
        if rule["near_miss"]
        and not _is_said(rule, decides)
        and (rule["distance"] or not _is_measured(rule))
    ]
    near.sort(key=lambda rule: (rule["distance"] is None, rule["priority"]))
    once = {}
    for rule in near:
        once.setdefault(rule["rule"], rule)
    return list(once.values())


def _is_said(rule, decides):
    "Whether the patient has this rule already, or its outcome, as urgent"
    return any(
        (rule["rule"] == other["rule"] and rule["priority"] >= other["priority"])
        or (rule["outcome"] == other["outcome"] and not rule["distance"])
        for other in decides
    )


def _is_measured(rule):
    "Whether the fact that does not hold is a number, and so not near"
    [(fact, lack)] = rule["fails"].items()
    return fact in MEASURED and lack["is"] != "never"


def _lacking(pack, facts, derived):
    "For each line that would make a derived fact yes, the conditions that do not hold"
    for rule in pack.decision(derived).rules:
        if rule.outcome == "yes":
            yield {
                name: list(asked) for name, asked in rule.when.items() if facts[name] not in asked
            }


def _distance(pack, assessment, judged, facts, missing):
    """How far the one fact that does not hold is from what a line asks; of a derived fact, the
    nearest line of its own that one measured fact keeps away"""
    if len(missing) != 1:
        return None
    [(fact, answers)] = missing.items()
    if fact not in pack.raw["derived"]:
        return distance(pack, fact, answers, assessment, judged)
    lacking = _lacking(pack, facts, fact)
    found = (_distance(pack, assessment, judged, facts, lacks) for lacks in lacking)
    return next(filter(None, found), None) if answers == ["yes"] else None

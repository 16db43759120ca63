"""Every rule that was considered of a patient: whether it fits and why not; and those that almost
applied."""

from pipeline.analysis.distance import MEASURED, distance
from pipeline.protocol import collect, decide, derive

NEAR_MISSES = 6  # shown
ROUTINE = 4  # the least urgent priority


def considered_rules(pack, facts, assessment):
    """The lines of every decision but the derived facts, by its name, as dicts."""
    near = _lines_one_answer_away(pack, facts)
    return {
        decision.name: _considered(pack, decision, facts, assessment, near)
        for decision in pack.decisions
        if decision.name not in pack.raw["derived"]
    }


def _lines_one_answer_away(pack, facts):
    "The ids of the lines that would decide if one base fact had another answer"
    base = {fact: facts[fact] for fact in pack.raw["facts"]}
    tables = [pack.decision(name) for name in ("next_step", "safety")]
    near = set()
    for fact, answers in pack.raw["facts"].items():
        for answer in answers:
            if answer != facts[fact]:
                changed = derive(pack, base | {fact: answer})
                for table in tables:
                    near.update(map(id, _deciding(table, changed)))
    return near


def _deciding(table, facts):
    return collect(table.rules, facts) if table.collects else [decide(table.rules, facts)]


def _considered(pack, decision, facts, assessment, near):
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
            "distance": _distance(pack, facts, missing, assessment),
        })  # fmt: skip
    return lines


def near_misses(considered):
    """The rules and alerts that one other answer would bring, as urgent as the row or more: those
    that a value nearly reaches first, each rule once; not those that would change no next step"""
    decided = [rule["outcome"] for rule in considered["next_step"] if rule["decides"]]
    near = [
        rule
        for name in ("next_step", "safety")
        for rule in considered[name]
        if rule["near_miss"]
        and (rule["distance"] or not (_is_measured(rule) or rule["outcome"] in decided))
    ]
    near.sort(key=lambda rule: (rule["distance"] is None, rule["priority"]))
    once = {}
    for rule in near:
        once.setdefault(rule["rule"], rule)
    return list(once.values())[:NEAR_MISSES]


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


def _distance(pack, facts, missing, assessment):
    """How far the one fact that does not hold is from what a line asks; of a derived fact, the
    nearest line of its own that one measured fact keeps away"""
    if len(missing) != 1:
        return None
    [(fact, answers)] = missing.items()
    if fact not in pack.raw["derived"]:
        return distance(pack, fact, answers, assessment)
    found = (_distance(pack, facts, lacks, assessment) for lacks in _lacking(pack, facts, fact))
    return next(filter(None, found), None) if answers == ["yes"] else None

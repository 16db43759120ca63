"""The explanation of one patient as text for a terminal."""

import re

from pipeline.analysis.answers import (
    DELIVERED,
    answer,
    is_of_no_note,
    plain_answer,
    remarks,
)
from pipeline.protocol import labels

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
SHOWN = 12
ROWS_OF_A_FLAG = 3


def explanation_as_text(explanation):
    """The dict of `explain` as lines a clinician can read; control characters that were delivered
    within a name are left out."""
    lines = [
        *_head(explanation),
        *_facts(explanation),
        *_rules(explanation),
        *_near_misses(explanation),
        "",
        explanation["notice"],
    ]
    return "\n".join(CONTROL.sub(" ", line) for line in lines)


def _head(explanation):
    row = explanation["assessment"]
    patient_id, as_of = explanation["patient_id"], explanation["as_of"]
    yield f"Patient {patient_id} as of {as_of} (protocol {explanation['protocol']})"
    if explanation["also_known_as"]:
        yield f"Also delivered as: {', '.join(explanation['also_known_as'])}"
    yield ""
    for flag in explanation["identity_flags"]:
        yield f"CHECK FIRST: {flag['means']}"
    first = explanation["first_action"]
    yield f"{row['next_step']}  priority {row['priority']}  rule {row['rule']}" + (
        f"  waiting since {row['waiting_since']}" if row["waiting_since"] else ""
    )
    yield f"  {explanation['asked']}" + (f" ({first})" if first != row["next_step"] else "")
    yield f"  {explanation['action']}"
    yield f"  Why: {row['reason']}"
    yield f"  Based on: {row['evidence']}"
    yield f"  Cites: {row['cites'] or '-'}"
    for alert in explanation["alerts"]:
        yield f"  Alert {alert['outcome']}: {alert['because']}"
        yield from _rows(alert["rows"])
    for flag in explanation["flags"]:
        yield f"  Flag {flag['flag']}: {flag['means']}"
        yield from _rows(flag["rows"])
    yield f"  Cause: {labels.low(row['cause'])}   Monitoring: {labels.low(row['monitoring'])}"
    if row["cohorts"]:
        yield f"  Cohorts: {', '.join(map(labels.low, row['cohorts']))}"


def _rows(rows):
    for row in rows[:ROWS_OF_A_FLAG]:
        day = f"{row['on_day']}  " if row["on_day"] else ""
        yield f"      {day}{row['reported']}  {row['file']}:{row['line']}"
    if len(rows) > ROWS_OF_A_FLAG:
        yield f"      and {len(rows) - ROWS_OF_A_FLAG} more"


def _facts(explanation):
    facts = explanation["facts"]
    yield ""
    yield "Facts and their evidence"
    for fact in facts:
        if fact["kind"] == "base" and not fact["rests_on"] and fact["fact"] not in DELIVERED:
            yield f"  {_said(fact, facts)}"
            yield from _evidence(fact["evidence"], fact["fact"])
            yield from _resting_on(fact, facts)
    if quiet := [labels.low(fact["fact"]) for fact in facts if is_of_no_note(fact)]:
        yield f"  Nothing of note: {', '.join(quiet)}"
    yield "  " + "; ".join(_said(fact, facts) for fact in facts if fact["fact"] in DELIVERED)
    yield from _derived([fact for fact in facts if fact["kind"] == "derived"])
    if explanation["other_evidence"]:
        yield "  Also on file, not used"
        yield from _evidence(explanation["other_evidence"])


def _said(fact, facts):
    return f"{labels.word(fact['fact'])}: {labels.within(answer(fact, facts))}"


def _resting_on(fact, facts):
    "The answers that follow from the same rows, in a line"
    said = [
        _said(other, facts)
        for other in facts
        if other["rests_on"] == fact["fact"] and not is_of_no_note(other)
    ]
    if said:
        yield f"      {'; '.join(said)}"


def _derived(facts):
    yield "  Derived from the answers above"
    for said in dict.fromkeys(fact["answer"] for fact in facts):
        names = (labels.low(fact["fact"]) for fact in facts if fact["answer"] == said)
        yield f"      {labels.word(said)}: {', '.join(names)}"


def _evidence(rows, fact=None):
    for row in rows[:SHOWN]:
        original = f" (delivered as {row['original_day']})" if row["original_day"] else ""
        said, place = ", ".join(remarks(row, fact)), f"{row['file']}:{row['line']}"
        parts = [
            f"{row['on_day'] or 'no date'}{original}",
            row["reported"],
            *([f"[{said}]"] if said else []),
            *([place] if row["file"] else []),
        ]
        yield "      " + "  ".join(parts)
    if len(rows) > SHOWN:
        yield f"      and {len(rows) - SHOWN} more"


def _rules(explanation):
    yield ""
    yield "Rules considered, in order"
    rules = explanation["rules"]
    yield from _lines(_up_to_the_deciding(rules["next_step"]), "  ")
    yield "      this rule decides; the rules below it are not evaluated"
    yield "  safety"
    yield from _lines(rules["safety"], "    ")
    yield "  cause"
    yield from _lines(_up_to_the_deciding(rules["cause"]), "    ")


def _up_to_the_deciding(rules):
    for rule in rules:
        yield rule
        if rule["decides"]:
            return


def _lines(rules, indent):
    "Lines of one rule that read the same are one"
    yield from dict.fromkeys(f"{indent}{_line(rule)}" for rule in rules)


def _line(rule):
    cites = f" [{'; '.join(rule['cites'])}]" if rule["cites"] else ""
    if rule["fits"]:
        holds = (
            ", ".join(
                f"{labels.low(fact)}: {labels.low(answer)}"
                for fact, answer in rule["holds"].items()
            )
            or "any patient"
        )
        return f"{rule['rule']} {rule['outcome']}: applies ({holds}){cites}"
    return f"{rule['rule']} {rule['outcome']}: no, {_failing(rule)}{cites}"


def _failing(rule):
    return "; ".join(
        f"{labels.low(fact)} is {plain_answer(fails['is'], fact)},"
        f" needs {_any_of(fails['asks_for'], fact)}"
        for fact, fails in rule["fails"].items()
    )


def _any_of(answers, fact):
    return " or ".join(dict.fromkeys(plain_answer(answer, fact) for answer in answers))


def _near_misses(explanation):
    titles = {
        "near_misses": "Near misses: rules that almost applied",
        "would_change": "What would change the decision",
    }
    for name, title in titles.items():
        if explanation[name]:
            yield ""
            yield title
        for rule in explanation[name]:
            distance = f" ({rule['distance']})" if rule["distance"] else ""
            yield f"  {rule['rule']} {rule['outcome']}: {_failing(rule)}{distance}"

"""The explanation of one patient as text for a terminal."""

import re

from pipeline.analysis.answers import answer
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
    yield f"{row['next_step']}  priority {row['priority']}  rule {row['rule']}" + (
        f"  waiting since {row['waiting_since']}" if row["waiting_since"] else ""
    )
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
        yield f"      {row['on_day'] or 'no date'}  {row['reported']}  {row['file']}:{row['line']}"
    if len(rows) > ROWS_OF_A_FLAG:
        yield f"      and {len(rows) - ROWS_OF_A_FLAG} more"


def _facts(explanation):
    yield ""
    yield "Facts and their evidence"
    for fact in explanation["facts"]:
        if fact["kind"] == "decided":
            continue
        said = answer(fact, explanation["facts"])
        note = (
            f" (based on {labels.low(fact['rests_on'])})"
            if fact["rests_on"]
            else " (derived)"
            if fact["kind"] == "derived"
            else ""
        )
        yield f"  {labels.word(fact['fact'])}: {labels.low(said)}{note}"
        yield from _evidence(fact["evidence"])
    if explanation["other_evidence"]:
        yield "  also on file"
        yield from _evidence(explanation["other_evidence"])


def _evidence(rows):
    for row in rows[:SHOWN]:
        original = f" (delivered as {row['original_day']})" if row["original_day"] else ""
        day = row["on_day"] or "no date"
        yield f"      {day}{original}  {row['reported']}  [{row['what']}; {row['standing']}]" + (
            f"  {row['file']}:{row['line']}" if row["file"] else ""
        )
    if len(rows) > SHOWN:
        yield f"      and {len(rows) - SHOWN} more"


def _rules(explanation):
    yield ""
    yield "Rules considered, in order"
    for rule in explanation["rules"]["next_step"]:
        yield "  " + _line(rule)
        if rule["decides"]:
            yield "      this rule decides; the rules below it are not evaluated"
            break
    yield "  safety"
    yield from (f"    {_line(rule)}" for rule in explanation["rules"]["safety"])
    yield "  cause"
    for rule in explanation["rules"]["cause"]:
        yield f"    {_line(rule)}"
        if rule["decides"]:
            break


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
        return f"{rule['rule']} {rule['outcome']}: FITS ({holds}){cites}"
    return f"{rule['rule']} {rule['outcome']}: no, {_failing(rule)}{cites}"


def _failing(rule):
    return "; ".join(
        f"{labels.low(fact)} is {labels.low(fails['is'])}, must be {_any_of(fails['asks_for'])}"
        for fact, fails in rule["fails"].items()
    )


def _any_of(answers):
    return " or ".join(dict.fromkeys(map(labels.low, answers)))


def _near_misses(explanation):
    if explanation["near_misses"]:
        yield ""
        yield "Near misses: rules that almost applied"
        for rule in explanation["near_misses"]:
            distance = f" ({rule['distance']})" if rule["distance"] else ""
            yield f"  {rule['rule']} {rule['outcome']}: {_failing(rule)}{distance}"

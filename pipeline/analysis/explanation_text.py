"""The explanation of one patient as text for a terminal."""

SHOWN = 12


def explanation_as_text(found):
    """The dict of `explain` as lines a clinician can read."""
    return "\n".join(
        [*_head(found), *_facts(found), *_rules(found), *_near_misses(found), "", found["notice"]]
    )


def _head(found):
    row = found["assessment"]
    yield f"Patient {found['patient_id']} as of {found['as_of']} (protocol {found['protocol']})"
    if found["also_known_as"]:
        yield f"Also delivered as: {', '.join(found['also_known_as'])}"
    yield ""
    yield f"{row['next_step']}  priority {row['priority']}  rule {row['rule']}" + (
        f"  waiting since {row['waiting_since']}" if row["waiting_since"] else ""
    )
    yield f"  {found['action']}"
    yield f"  Why: {row['reason']}"
    yield f"  Cites: {row['cites'] or '-'}"
    for name in ("safety", "cohorts"):
        if row[name]:
            yield f"  {name.capitalize()}: {', '.join(row[name])}"
    yield f"  Cause: {row['cause']}   Monitoring: {row['monitoring']}"
    for flag in found["flags"]:
        yield f"  Flag {flag['flag']}: {flag['means']}"


def _facts(found):
    yield ""
    yield "Facts and their evidence"
    for fact in found["facts"]:
        if fact["kind"] == "decided":
            continue
        note = (
            f" (based on {fact['rests_on']})"
            if fact["rests_on"]
            else " (derived)"
            if fact["kind"] == "derived"
            else ""
        )
        yield f"  {fact['fact']}: {fact['answer']}{note}"
        yield from _evidence(fact["evidence"])
    if found["other_evidence"]:
        yield "  also on file"
        yield from _evidence(found["other_evidence"])


def _evidence(rows):
    for row in rows[:SHOWN]:
        original = f" (delivered as {row['original_day']})" if row["original_day"] else ""
        day = row["on_day"] or "no date"
        yield f"      {day}{original}  {row['reported']}  [{row['what']}; {row['standing']}]" + (
            f"  {row['file']}:{row['line']}" if row["file"] else ""
        )
    if len(rows) > SHOWN:
        yield f"      and {len(rows) - SHOWN} more"


def _rules(found):
    yield ""
    yield "Rules considered, in order"
    for rule in found["rules"]["next_step"]:
        yield "  " + _line(rule)
        if rule["decides"]:
            yield "      this rule decides; the rules below it are not evaluated"
            break
    for name in ("safety", "cause"):
        yield f"  {name}"
        yield from (f"    {_line(rule)}" for rule in found["rules"][name])


def _line(rule):
    cites = f" [{'; '.join(rule['cites'])}]" if rule["cites"] else ""
    if rule["fits"]:
        holds = (
            ", ".join(f"{fact} = {answer}" for fact, answer in rule["holds"].items()) or "anything"
        )
        return f"{rule['rule']} {rule['outcome']}: FITS ({holds}){cites}"
    return f"{rule['rule']} {rule['outcome']}: no, {_failing(rule)}{cites}"


def _failing(rule):
    return "; ".join(
        f"{fact} is {fails['is']}, must be {' or '.join(fails['asks_for'])}"
        for fact, fails in rule["fails"].items()
    )


def _near_misses(found):
    near = [
        rule
        for name in ("next_step", "safety")
        for rule in found["rules"][name]
        if rule["near_miss"]
    ]
    if near:
        yield ""
        yield "Near misses: rules that almost applied"
        yield from (f"  {rule['rule']} {rule['outcome']}: {_failing(rule)}" for rule in near)

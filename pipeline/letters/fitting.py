"""Whom a template fits: those who are asked for what it is about, and children only where it says
so."""

UNFIT = "this letter does not fit what is asked"
TO_PATIENTS = ("letter", "sms")  # kinds


def why_unfit(template, row, *, child_under, today):
    """Why a template is not for a patient, in the words of a sentence; None where it is.
    child_under: the age in years below which a patient is a child; today: the day of the letter."""
    if template.actions and row.get("action") not in template.actions:
        return UNFIT
    if template.children or template.kind not in TO_PATIENTS or row.get("born_on") is None:
        return None
    first, latest = row["born_on"], row.get("born_latest_on") or row["born_on"]
    if _years(latest, today) >= child_under:
        return None
    perhaps = "" if _years(first, today) < child_under else "perhaps "
    return f"{perhaps}a child (under {child_under}): this letter is not for children"


def _years(born, today):
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def unknown_actions(template, pack):
    """The actions of a template that no rule of the protocol pack asks for, in order."""
    known = {rule.outcome for rule in _rules(pack)}
    return sorted(set(template.actions) - known)


def listed_actions(pack):
    """The next steps, alerts and flags of a pack that put a patient on the worklist."""
    return list(dict.fromkeys(rule.outcome for rule in _rules(pack) if rule.priority))


def _rules(pack):
    for name in ("next_step", "safety", "flags"):
        yield from pack.decision(name).rules

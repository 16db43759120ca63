"""Neurological manifestations: protocol §3, in plain Python from the text."""

from tests.generative.oracle.therapy import days_after, is_late
from tests.generative.timelines import AS_OF

SIGN_OF = {
    "neuro_ataxia_gait": "definite", "neuropathy_diabetic": "diabetic_only", "neuro_falls": "nonspecific",
}  # fmt: skip
HEADACHES = ("headache_tierB_primary", "headache_tierB_migraine_optional")


def is_over(finding):
    "Abated on the as-of date; an end before the onset does not count"
    if finding.abated is None or finding.abated < finding.onset:
        return finding.is_abated
    return finding.abated <= AS_OF


def sign(line, finding):
    "The sign that a finding counts as, or None"
    if finding.onset > AS_OF:
        return None
    if finding.concept in HEADACHES:
        return headache(line, finding)
    return None if is_over(finding) else SIGN_OF.get(finding.concept)


def headache(line, finding):
    "Of an onset known as a month a look-back counts any day, and a note must be no earlier than its last"
    notes = [
        one.onset for one in line.findings
        if one.concept == "headache_unrelated_to_b12" and one.onset <= AS_OF
    ]  # fmt: skip
    if any(finding.last_onset <= note for note in notes):
        return None
    if days_after(finding.last_onset, "headache_days") >= AS_OF:
        return "headache"
    return None if is_over(finding) else "headache_old"


def neuro(line):
    order = ("definite", "headache", "diabetic_only", "nonspecific", "headache_old")
    known = {sign(line, finding) for finding in line.findings}
    return next((answer for answer in order if answer in known), "none")


def neuro_timing(line):
    onsets = [one.onset for one in line.findings if sign(line, one) in ("definite", "headache")]
    return "new_on_therapy" if any(is_late(line, day) for day in onsets) else "other"

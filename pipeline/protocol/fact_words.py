"""What the answers to the facts mean to a clinician, and which answers a patient can have together.

The words are in `protocol/fact_words.csv`, for every pack: a fact or an answer that is not there is
written with its label. `protocol/fact_consistency.csv` serves examples only; no rule reads it.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache

from pipeline.core import PROTOCOL
from pipeline.protocol import labels
from pipeline.protocol.facts import is_declared
from pipeline.protocol.pack import band_rows

FACT_WORDS = PROTOCOL / "fact_words.csv"
FACT_CONSISTENCY = PROTOCOL / "fact_consistency.csv"
PLAIN = ("no", "none", "never", "other", "normal", "loaded")  # where the file does not say
CENSORED = "reported only as below or above a limit"


@dataclass(frozen=True)
class Words:
    """The words of one answer. kind: plain, finding, unknown or outside; phrases: alternatives,
    to stand in a sentence about a patient."""

    kind: str
    phrases: tuple
    meaning: str


@cache
def _written():
    with FACT_WORDS.open(encoding="utf-8", newline="") as file:
        return {
            (row["fact"], row["answer"]): Words(
                row["kind"], tuple(row["phrase"].split(" / ")), row["meaning"]
            )
            for row in csv.DictReader(file)
        }


@cache
def _combinations():
    with FACT_CONSISTENCY.open(encoding="utf-8", newline="") as file:
        return [(_answers_by_fact(row["when"]), _answers_by_fact(row["then"]))
                for row in csv.DictReader(file)]  # fmt: skip


def _answers_by_fact(text):
    pairs = (part.split(": ") for part in text.split("; "))
    return {fact: answers.split(", ") for fact, answers in pairs}


def fact_meaning(pack, fact):
    """What a fact asks, in words."""
    if written := _written().get((fact, "")):
        return _filled(pack, fact, written.meaning)
    entry = pack.raw["facts"].get(fact)
    return (is_declared(entry) and entry.get("asks")) or labels.word(fact)


def phrase(pack, fact, answer, turn=0):
    """An answer in a sentence about a patient, such as `on folic acid`. turn: which of several
    ways of saying it."""
    if written := _written().get((fact, answer)):
        return _filled(pack, fact, written.phrases[turn % len(written.phrases)])
    return f"{labels.word(fact)}: {labels.low(answer)}"


def phrases(fact, answer):
    """The ways of saying an answer that the file gives; none for an answer that is not there."""
    written = _written().get((fact, answer))
    return written.phrases if written else ()


def answer_meaning(pack, fact, answer):
    """What an answer means: the range of its band, and what the file says; – for none."""
    written = _written().get((fact, answer))
    found = _filled(pack, fact, written.meaning) if written else ""
    return found or band_range(pack, fact, answer) or "–"


def kind(fact, answer):
    """Whether an answer is plain (nothing remarkable), a finding, unknown, or puts the patient
    outside of what examples should show."""
    written = _written().get((fact, answer))
    if written and written.kind:
        return written.kind
    return "plain" if answer in PLAIN else "finding"


def impossible(pack):
    """Combinations that no patient has, each as answers by fact: for examples and near misses."""
    facts = pack.facts
    for when, then in _combinations():
        for fact, only in then.items():
            excluded = [answer for answer in facts.get(fact, ()) if answer not in only]
            if excluded and when.keys() <= facts.keys():
                yield {**when, fact: excluded}


def band_range(pack, fact, answer):
    """The range of an answer that a band gives, with its unit, or an empty text."""
    band = pack.raw["bands"].get(fact, {})
    for part, _, row in band_rows(band):
        if row["answer"] == answer:
            text = edges(row, band["unit"])
            return text if part == "tiles" else ", ".join(filter(None, (CENSORED, text)))
    return ""


def edges(row, unit):
    """The edges of a row of a band in signs: `≥ 180 and < 203.3055 pg/mL`; empty for none."""
    signs = {"from": "≥", "above": ">", "to": "≤", "below": "<"}
    found = [f"{sign} {row[side]}" for side, sign in signs.items() if side in row]
    return f"{' and '.join(found)} {labels.unit(unit)}" if found else ""


def _filled(pack, fact, text):
    "The text with {setting} and {band:answer} replaced by the pack's numbers"

    def number(match):
        name, _, answer = match[1].partition(":")
        if name == "band":
            return band_range(pack, fact, answer)
        return str(pack.setting.get(name, labels.low(name)))

    return re.sub(r"\{([a-z_0-9:]+)\}", number, text)

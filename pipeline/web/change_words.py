"""What changed about a patient, as a reader reads it: on the first night of another protocol
without the names of rules, which the two protocols do not share."""

import re

from pipeline.protocol import labels as words
from pipeline.runs import PROTOCOL_CHANGED
from pipeline.web import localised

RULE = re.compile(r" \([A-Z]+\d+\)")
OPENING, TEXT = f"{PROTOCOL_CHANGED}: ", "another text of "


def changed(text):
    """A reason of a change, `fact: before → after; …`, in words and with days as the site writes
    them; any other text as it is."""
    sentence, _, parts = text.partition("; ")
    if not sentence.startswith(OPENING):
        return localised.dated(words.spoken(text))
    said = "; ".join(_part(part) for part in parts.split("; "))
    told = _protocol(sentence.removeprefix(OPENING))
    return localised.dated(f"{told} {said[:1].upper()}{said[1:]}".strip())


def _protocol(names):
    before, _, after = names.partition(" → ")
    if not after:
        return f"The text of the protocol {names.removeprefix(TEXT)} changed."
    return f"The protocol changed from {before} to {after}."


def _part(part):
    "An action without its rule; of a result that is the same, how it is judged"
    fact, _, answers = part.partition(": ")
    before, _, after = answers.partition(" → ")
    if not after:
        return words.spoken(part)
    if fact == "next_step":
        before, after = RULE.sub("", before), RULE.sub("", after)
        if before == after:
            return "the same action, by another rule"
    (band, _, value), (band_now, _, value_now) = before.partition(", "), after.partition(", ")
    if value and value == value_now:
        return f"{fact} {value}: {words.low(band)} → {words.low(band_now)}"
    return words.spoken(f"{fact}: {before} → {after}")

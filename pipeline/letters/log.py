"""Letters on record: an attempt of each patient who is written to, once; and the letters of an act
again, for as long as they are what was logged."""

from dataclasses import dataclass

from pipeline import worklist
from pipeline.core import zone
from pipeline.letters.plan import Left, Letter, Plan, plan

CHANNELS = {"letter": "letter", "sms": "sms"}  # of kinds that go to the patient
LATELY = 30  # days in which a second letter of the same template is pointed out
AT_ONCE = 5_000  # items whose letters are asked for together
OTHER_WORDING = "the template, or the patient's language, was changed since the letter was logged"


@dataclass(frozen=True)
class Again:
    """The letters of an act that can still be written as they were logged; left: the others."""

    letters: tuple[Letter, ...]
    left: tuple[Left, ...]


def log(store, letters, *, actor, act_id, next_on=None, today=None):
    """Log each letter in one act, which can be undone; returns the worklist.Done. A patient whom
    someone changed since the letter was made is left: a second call with the same letters logs none
    of them again. Raises UsageError where it is allowed for none."""
    return worklist.act_on_many(
        store, {letter.key: letter.version for letter in letters}, actor=actor, today=today,
        act_id=act_id, each={letter.key: _asked(letter, next_on) for letter in letters},
    )  # fmt: skip


def _asked(letter, next_on):
    if letter.kind not in CHANNELS:
        return {"clinician_letter": letter.wording}
    channel = CHANNELS[letter.kind]
    return {"attempt": worklist.Attempt(channel, "sent", next_on, letter.wording)}


def had_lately(store, letters):
    """On which day each patient of these letters, of one template, had the same in the last days,
    of any author; by key."""
    names = {letter.key: letter.template for letter in letters}
    keys, found = list(names), {}
    for begin in range(0, len(keys), AT_ONCE):
        for one in worklist.letters_lately(store, keys[begin : begin + AT_ONCE], days=LATELY):
            if one.wording.split(".")[0] == names[one.key]:
                found[one.key] = one.at.astimezone(zone()).date()
    return found


def letters_again(store, templates, act_id, *, actor):
    """The letters of an act of a user, dated as then, as Again."""
    logged = worklist.letters_logged(store, act_id, actor=actor)
    rows = [row for one in logged if (row := worklist.item(store, one.key))]
    wording, letters, left = {one.key: one.wording for one in logged}, [], []
    for name in sorted({each.split(".")[0] for each in wording.values()}):
        of_name = [row for row in rows if wording[row["key"]].split(".")[0] == name]
        found = _as_then(store, templates, name, of_name, logged)
        letters += [one for one in found.letters if one.wording == wording[one.key]]
        other = [one for one in found.letters if one.wording != wording[one.key]]
        left += found.left
        left += [Left(one.key, one.item_id, one.patient_id, OTHER_WORDING) for one in other]
    return Again(tuple(letters), tuple(left))


def _as_then(store, templates, name, rows, logged):
    today = min(one.at for one in logged).astimezone(zone()).date()
    if name in templates.by_name:
        return plan(store, templates, name, rows, today=today)
    gone = tuple(Left(row["key"], row["id"], row["patient_id"], OTHER_WORDING) for row in rows)
    return Plan(name, name, "", (), gone)

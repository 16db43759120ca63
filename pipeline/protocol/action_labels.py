"""What a pack calls its next steps: an entry of `actions` is a text, or a label and a text."""

import re

LONGEST = 40  # characters of a label: it heads a row of the worklist
LABEL = re.compile(r"[^\W_][\w .,:;()/%+'’–-]*")  # one line, no markup
KEYS = {"label", "text"}


def texts_of(actions):
    """What each next step means, by its name."""
    return {name: (_entry(entry).get("text") or "") for name, entry in actions.items()}


def labels_of(actions, base=None):
    """What a pack calls its next steps, by name, of those that have a label: its own, else that of
    its base for a next step of that name."""
    theirs = {name: _entry(entry).get("label") for name, entry in (base or {}).items()}
    found = {
        name: _entry(entry).get("label") or theirs.get(name) for name, entry in actions.items()
    }
    return {name: label for name, label in found.items() if label}


def _entry(entry):
    return entry if isinstance(entry, dict) else {"text": entry}


def action_problems(pack):
    """What is wrong with the entries of `actions`, as (where, what)."""
    for name, entry in pack.own["actions"].items():
        where, said = ("actions", name), _entry(entry)
        for key in said.keys() - KEYS:
            yield where, f"action {name}: {key} is not known; known are label, text"
        if not isinstance(said.get("text"), str) or not said["text"].strip():
            yield where, f"action {name} has no text"
        label = said.get("label", "Label")
        if not isinstance(label, str) or not LABEL.fullmatch(label) or len(label) > LONGEST:
            said = f"its label must be words on one line, at most {LONGEST} characters, no markup"
            yield where, f"action {name}: {said}"

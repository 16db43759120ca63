"""The file `expectations.yaml` of a home: what its site changes about the gates, read and
checked."""

from dataclasses import dataclass, field
from hashlib import sha256

import yaml
from pydantic import ValidationError

from pipeline.core import (
    YAML_ERRORS,
    InvalidProtocol,
    fault,
    lines_of,
    parse_yaml,
    read_text,
    repeated_keys,
    today,
)
from pipeline.quality.change import NO_CHANGES, Change, Changes
from pipeline.quality.change_rules import expectation_of, full_name, mistakes_in

CHANGES = {"threshold", "severity", "mute_until"}
CHOOSES = {"suite", "column", "expectation", "shipped_severity"}
DATED = {"threshold", "severity"}
SENTENCES = {  # what is wrong, by pydantic's type of error
    "extra_forbidden": "{key} is not a key of an entry; known: {known}",
    "missing": "{key} is missing",
    "string_type": "{key} is not a text",
    "string_too_short": "{key} is empty",
    "too_short": "{key} is empty",
    "dict_type": "{key} is not a list of names and numbers, such as {{max_value: 0.4}}",
    "literal_error": "{key} is {value!r}; known: {expected}",
}


class _TextDates(yaml.SafeLoader):
    "Dates stay text, so that a wrong one is a mistake of its entry and not of the whole file"


_TextDates.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


@dataclass(frozen=True)
class _Entry:
    """An entry as far as it could be read. about: the expectation. wrong: (way to the value,
    sentence) of each mistake."""

    change: Change | None = None
    about: tuple[str, ...] = ()
    wrong: list = field(default_factory=list)


def read_changes(home):
    """The Changes of a home; none where it has no such file. Raises InvalidProtocol with everything
    that is wrong, each with its line."""
    path = home.root / "expectations.yaml"
    try:
        text = read_text(path)
        entries, mistakes = _read(text)
    except FileNotFoundError:
        return NO_CHANGES
    except YAML_ERRORS as error:
        raise _invalid(path, fault(error)) from None
    if mistakes:
        listed = "; ".join(f"line {line}: {message}" for line, message in sorted(mistakes))
        raise _invalid(path, listed)
    return Changes(tuple(entries), sha256(text.encode()).hexdigest())


def _invalid(path, what):
    return InvalidProtocol(f"{path}: {what}. docs/runbook.md, Gates, shows how it is written.")


def _read(text):
    "The entries of the file, and what is wrong with it as (line, sentence)"
    line = lines_of(text)
    raw = parse_yaml(text, _TextDates)
    if raw is None:
        return [], []
    if not isinstance(raw, list):
        return [], [(1, "the file is not a list of entries; each begins with - suite: NAME")]
    mistakes = [(at, f"{key} is written twice") for at, key in repeated_keys(text)]
    entries = [_entry(values) for values in raw]
    for position, entry in enumerate(entries):
        mistakes += [(line((position, *way)), said) for way, said in entry.wrong]
    first = {}
    for position, entry in enumerate(entries):
        if entry.about and first.setdefault(entry.about, position) != position:
            at = line((first[entry.about],))
            again = f"{entry.about[0]} is changed twice; the first entry is in line {at}"
            mistakes.append((line((position,)), again))
    return [entry.change for entry in entries if entry.change], mistakes


def _entry(values):
    if not isinstance(values, dict):
        return _Entry(wrong=[((), "the entry is not a list of keys and values")])
    change, wrong = _modelled(values)
    wrong += [((), sentence) for sentence in _without_effect(values)]
    if change is None:
        return _Entry(wrong=wrong)
    expectation, mistake = expectation_of(change)
    if expectation is None:
        return _Entry(wrong=[*wrong, mistake])
    told = {way[:1] for way, _ in wrong}
    rules = mistakes_in(change, expectation, today())
    wrong += [(way, sentence) for way, sentence in rules if way[:1] not in told]
    about = full_name(change.suite, expectation), expectation["type"], expectation["severity"]
    return _Entry(change, about, wrong)


def _modelled(values):
    """The model, and the mistakes that it found; with mistakes, a model of the other keys, where
    they say which expectation is meant"""
    try:
        return Change.model_validate(values), []
    except ValidationError as error:
        wrong = [(tuple(each["loc"]), _sentence(each)) for each in error.errors()]
    keys = {way[0] for way, _ in wrong}
    if keys & CHOOSES:
        return None, wrong
    rest = {key: value for key, value in values.items() if key not in keys}
    return Change.model_validate({"reason": "none yet", **rest}), wrong


def _sentence(error):
    "What is wrong with a value, for the author of the file"
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "value_error":
        return f"{key} {error['ctx']['error']}"
    if sentence := SENTENCES.get(error["type"]):
        expected, known = error.get("ctx", {}).get("expected"), ", ".join(Change.model_fields)
        return sentence.format(key=key, value=error["input"], expected=expected, known=known)
    return f"{key} cannot be used"


def _without_effect(values):
    if not values.keys() & CHANGES:
        yield "the entry changes nothing: give threshold, severity or mute_until"
    elif "until" in values and not values.keys() & DATED:
        yield "until is about threshold and severity, and the entry has neither"

"""What a site may not change about the shipped suites, and what it may change for a time only."""

import json
from datetime import timedelta

from pipeline.core import EXPECTATIONS
from pipeline.quality.changed_suites import names_of, site_change

LONGEST = timedelta(days=366)


def expectation_of(change, folder=EXPECTATIONS):
    """The shipped expectation that a Change is about, and None; or None and, where it is about none
    or several, what is wrong as (way to the value, sentence)."""
    suites = {f"{file.parent.name}.{file.stem}": file for file in sorted(folder.glob("*/*.json"))}
    if change.suite not in suites:
        known = ", ".join(suites)
        return None, (("suite",), f"the suite {change.suite} does not exist; known: {known}")
    left = json.loads(suites[change.suite].read_text(encoding="utf-8"))["expectations"]
    for name, value in change.choice.items():
        known = sorted({str(names_of(expectation)[name]) for expectation in left})
        left = [expectation for expectation in left if names_of(expectation)[name] == value]
        if not left:
            key = "shipped_severity" if name == "severity" else name
            what = f"the suite {change.suite} expects nothing of {key} {value}"
            return None, ((key,), f"{what}; known: {', '.join(known)}")
    if len(left) > 1:
        return None, (("suite",), _several(change, left))
    return left[0], None


def _several(change, meant):
    listed = ", ".join(
        f"{names['column'] or names['expectation']} {names['severity']}"
        for names in map(names_of, meant)
    )
    return (
        f"{len(meant)} expectations of {change.suite} are meant: name one by column, expectation or"
        f" shipped_severity ({listed})"
    )


def told_changes(changes, as_of):
    """Of every entry (name of its expectation, what holds on a day in words or None, what is over
    by then in words)."""
    for change in changes.entries:
        expectation, _ = expectation_of(change)
        assert expectation, "it was checked when the file was read"
        words = site_change(expectation, change, as_of)
        yield full_name(change.suite, expectation), words, change.endings(as_of)


def mistakes_in(change, expectation, today):
    """What is wrong with a Change of a shipped expectation, as (way to the value, sentence)."""
    name = full_name(change.suite, expectation)
    if expectation["meta"].get("is_fixed"):
        yield ("suite",), f"{name} proves that the output is consistent, and cannot be changed"
        return
    if expectation["severity"] == "critical":
        yield from _too_loose(name, change, expectation["kwargs"])
    yield from _wrong_threshold(change.threshold, expectation)
    for key in ("until", "mute_until"):
        day = getattr(change, key)
        if day and day > today + LONGEST:
            yield (key,), f"{key} is {day}, more than a year ahead"


def full_name(suite, expectation):
    """What a message calls an expectation: its suite and its column, as in an outcome."""
    names = names_of(expectation)
    return f"{suite}.{names['column'] or names['expectation']}"


def _too_loose(name, change, shipped):
    if not change.until:
        for key, value in change.threshold.items():
            if key in shipped and _is_looser(key, value, shipped[key]):
                said = f"{name} is critical, and made looser only until a date: add until"
                yield ("threshold", key), said
    if change.mute_until:
        todo = "set severity to warning, until a date, and a steward decides on each run"
        yield ("mute_until",), f"{name} is critical, and never muted: {todo}"
    if change.severity == "info":
        yield ("severity",), f"{name} is critical, and lowered to warning at most"
    if change.severity == "warning" and not change.until:
        yield ("until",), f"{name} is critical, and lowered only until a date: add until"


def _is_looser(key, value, shipped):
    return value > shipped if key.startswith("max") else value < shipped


def _wrong_threshold(threshold, expectation):
    shipped = {
        name: value
        for name, value in expectation["kwargs"].items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    known = ", ".join(f"{name} {value:g}" for name, value in shipped.items())
    for name in threshold.keys() - shipped.keys():
        says = f"known: {known}" if known else "it asks for none"
        yield ("threshold", name), f"threshold.{name} is not a number that it asks for; {says}"
    if (names_of(expectation)["column"] or "").startswith("share"):
        yield from _wrong_share(threshold)
    numbers = shipped | {name: threshold[name] for name in threshold.keys() & shipped.keys()}
    low, high = numbers.get("min_value"), numbers.get("max_value")
    if low is not None and high is not None and low > high:
        yield ("threshold",), f"min_value {low:g} is above max_value {high:g}"


def _wrong_share(threshold):
    for name, value in threshold.items():
        way, said = ("threshold", name), f"threshold.{name} is {value:g}"
        if not 0 <= value <= 1:
            yield way, f"{said}, and a share lies between 0 and 1: write 40 % as 0.4"
        elif value == {"max_value": 1, "min_value": 0}.get(name):
            todo = "mute the expectation until a date instead"
            yield way, f"{said}, which every share fulfils: {todo}"

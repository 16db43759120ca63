"""The suites as a site has changed them, for one day."""

from pipeline.quality.results import column_of


def changed(suite, *, name, changes, as_of):
    """A suite (its JSON as a dict) with the Changes of the site that hold on a day; each is told in
    the meta of its expectation, as `site_change` and `is_muted`."""
    own = [change for change in changes.entries if change.suite == name]
    expectations = [_changed(expectation, own, as_of) for expectation in suite["expectations"]]
    return {**suite, "expectations": expectations}


def is_meant(change, expectation):
    """Whether a Change is about this expectation of its suite."""
    names = names_of(expectation)
    return all(names[name] == value for name, value in change.choice.items())


def names_of(expectation):
    """What tells an expectation from the others of its suite."""
    return {
        "column": column_of(expectation["kwargs"]),
        "expectation": expectation["type"],
        "severity": expectation["severity"],
    }


def site_change(expectation, change, as_of):
    """In words, what a Change does to a shipped expectation on a day, and why; None if nothing."""
    said = list(_differences(expectation, change)) if change.is_in_force(as_of) else []
    if said and change.until:
        said[-1] += f" until {change.until}"
    if change.is_muted(as_of):
        said.append(f"muted until {change.mute_until}")
    return f"{', '.join(said)}: {change.reason}" if said else None


def _differences(expectation, change):
    for name, value in change.threshold.items():
        yield f"{name} {value:g} in place of {expectation['kwargs'][name]:g}"
    if change.severity:
        yield f"severity {change.severity} in place of {expectation['severity']}"


def _changed(expectation, own, as_of):
    change = next((change for change in own if is_meant(change, expectation)), None)
    words = site_change(expectation, change, as_of) if change else None
    if not change or not words:
        return expectation
    told = {"site_change": words, "is_muted": change.is_muted(as_of)}
    new = {**expectation, "meta": {**expectation["meta"], **told}}
    if change.is_in_force(as_of):
        new["kwargs"] = {**expectation["kwargs"], **change.threshold}
        new["severity"] = change.severity or expectation["severity"]
    return new

"""Results of Great Expectations as outcomes."""

import re

from pipeline.quality.outcome import Outcome
from pipeline.quality.threshold import number, threshold, with_numbers


def outcome_of(suite, meta, result):
    """The outcome of one result; `meta` is that of its suite."""
    asked, observation = result.expectation_config, dict(result.result)
    checked, failed = _rows(asked.type, observation)
    observed = _observed(observation, meta.get("named_by", ()))
    if is_raised(result):
        observed = kind_of_error(result)
    became = _outcome(result, checked, meta.get("when_empty"))
    return Outcome(
        suite=suite,
        expectation=asked.type,
        column=column_of(asked.kwargs),
        severity=str(asked.severity.value),
        outcome=became,
        observed=observed,
        threshold=threshold(asked.type, asked.kwargs),
        rows_checked=checked,
        rows_failed=failed,
        note=sentence_of(asked.meta, became, asked.kwargs),
        expected=sentence_of(asked.meta, None, asked.kwargs),
        todo=asked.meta["todo"],
        is_muted=asked.meta.get("is_muted", False),
        site_change=asked.meta.get("site_change"),
        is_reported_only=asked.meta.get("is_reported_only", False),
    )


def sentence_of(meta, outcome, kwargs):
    """What an expectation says of an outcome, with its numbers: for passed and failed its own
    sentences, else, and where it has only its note, what is expected."""
    return with_numbers(meta.get(outcome) or meta["note"], kwargs)


def _outcome(result, checked, when_empty):
    if is_raised(result):
        return "error"
    if checked == 0 and when_empty == "not_applicable":
        return "not_applicable"
    return "passed" if result.success else "failed"


def is_raised(result):
    """Whether an expectation could not be evaluated: exception_info is one record, or one for each
    metric that raised."""
    return result.exception_info.get("raised_exception") is not False


def kind_of_error(result):
    """The kind of error of a result that `is_raised`; the text of the error may quote a value."""
    texts = [
        info["exception_message"]
        for info in result.exception_info.values()
        if isinstance(info, dict)
    ]
    texts = texts or [result.exception_info.get("exception_message") or ""]
    known = (
        r'column "\w+" in BatchData does not exist|cannot be computed on column of type'
        r" \w+|\b[A-Z]\w+ Error\b"
    )
    return next((found[0] for text in texts if (found := re.search(known, text))), "unknown error")


def _rows(expectation, observation):
    if "element_count" not in observation:
        return None, None
    looks_at_missing = expectation == "expect_column_values_to_not_be_null"
    checked = observation["element_count"] - (
        0 if looks_at_missing else observation.get("missing_count", 0)
    )
    return int(checked), int(observation["unexpected_count"] or 0)


def column_of(kwargs):
    """The column that an expectation is about; None for one about the table."""
    return kwargs.get("column") or kwargs.get("column_B")


def _observed(observation, named_by):
    "The rows that failed, by their names; or what a table or column has instead"
    if "partial_unexpected_index_list" in observation and named_by:
        rows = sorted(map(_named, observation["partial_unexpected_index_list"]))
        return "; ".join(rows) or None
    return _short(observation["observed_value"]) if "observed_value" in observation else None


def _named(row):
    return ", ".join(f"{name} {number(value)}" for name, value in row.items())


def _short(value):
    return f"{len(value)} columns" if isinstance(value, list) else str(value)

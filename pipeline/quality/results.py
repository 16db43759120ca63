"""Results of Great Expectations as outcomes."""

import re

from pipeline.quality.outcome import Outcome

NOT_ASKED = {
    "column", "column_A", "column_B", "batch_id", "row_condition", "condition_parser",
    "ignore_row_if", "or_equal",
}  # fmt: skip
WORDS = {"min_value": "min", "max_value": "max", "value_set": "", "column_list": ""}


def outcome_of(suite, meta, result):
    """The outcome of one result; `meta` is that of its suite."""
    asked, observation = result.expectation_config, dict(result.result)
    checked, failed = _rows(asked.type, observation)
    observed = _observed(observation, meta.get("named_by", ()))
    if is_raised(result):
        observed = kind_of_error(result)
    return Outcome(
        suite=suite,
        expectation=asked.type,
        column=column_of(asked.kwargs),
        severity=str(asked.severity.value),
        outcome=_outcome(result, checked, meta.get("when_empty")),
        observed=observed,
        threshold=_threshold(asked.type, asked.kwargs),
        rows_checked=checked,
        rows_failed=failed,
        note=asked.meta["note"],
        todo=asked.meta["todo"],
        is_muted=asked.meta.get("is_muted", False),
        site_change=asked.meta.get("site_change"),
        is_reported_only=asked.meta.get("is_reported_only", False),
    )


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
    return ", ".join(f"{name} {_number(value)}" for name, value in row.items())


def _number(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _short(value):
    return f"{len(value)} columns" if isinstance(value, list) else str(value)


def _threshold(expectation, kwargs):
    "The threshold of the expectation, in words"
    subject, _, asked = expectation.partition("_to_")
    asked = asked.removeprefix("be_").replace("not_be_", "not_").replace("_", " ")
    if "column_A" in kwargs:
        asked = (
            f"not after {kwargs['column_A']}"
            if asked == "greater than b"
            else f"{asked}, {kwargs['column_A']}"
        )
    words = ["length", asked] if "lengths" in subject else [asked]
    words += [
        f"{WORDS.get(name, name)} {_listed(value)}".strip()
        for name, value in kwargs.items()
        if name not in NOT_ASKED
    ]
    return " ".join(
        words
        + ([f"where {_condition(kwargs['row_condition'])}"] if kwargs.get("row_condition") else [])
    )


def _condition(row_condition):
    if row_condition["type"] == "and":
        return " and ".join(_condition(part) for part in row_condition["conditions"])
    return " ".join(
        [
            row_condition["column"]["name"],
            row_condition["operator"],
            str(row_condition["parameter"]),
        ]
    )


def _listed(value):
    if not isinstance(value, list):
        return _number(value)
    return " or ".join(map(_number, value)) if len(value) <= 6 else f"of {len(value)}"

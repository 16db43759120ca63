"""Results of Great Expectations to be kept: its own words for what was asked, and counts alone of
what was found."""

from pipeline.quality.results import is_raised, kind_of_error

COUNTS = (
    "element_count", "missing_count", "missing_percent", "unexpected_count", "unexpected_percent",
    "unexpected_percent_total", "unexpected_percent_nonmissing",
)  # fmt: skip


def validation_of(suite, results):
    """A suite's results as a dict `{"suite", "results"}` that can be written as JSON: no value and
    no id of any row.

    Of what was observed, only what a table has instead of its columns or its length; of an error,
    only its kind.
    """
    return {"suite": suite, "results": [_counts_alone(result) for result in results]}


def _counts_alone(result):
    asked, found = result.expectation_config, result.to_json_dict()["result"]
    kept = {name: found[name] for name in COUNTS if name in found}
    if asked.type.startswith("expect_table_") and "observed_value" in found:
        kept["observed_value"] = found["observed_value"]
    kwargs = asked.to_json_dict()["kwargs"]
    return {
        "success": bool(result.success),
        "expectation_config": {
            "type": asked.type,
            "kwargs": {name: value for name, value in kwargs.items() if name != "batch_id"},
            "meta": dict(asked.meta),
            "severity": str(asked.severity.value),
        },
        "result": {**kept, "partial_unexpected_list": []},
        "exception_info": {
            "raised_exception": is_raised(result),
            "exception_message": kind_of_error(result) if is_raised(result) else None,
            "exception_traceback": "",  # it may quote values
        },
    }

"""The suites of `expectations/`: `expectations/<schema>/<name>.json` guards the relation
`<schema>.<name>`.

Of a suite's own fields, in its `meta`: `when_empty`, which is `not_applicable` where finding no
rows says nothing about the data, else Great Expectations' own verdict; and `named_by`, the columns
that name a row to the operator. A suite without `named_by` is about patients: its results hold
counts alone. In the meta of an expectation: `note`, which says what should be so; `passed` and
`failed`, which say it of an outcome (each may name a number of its arguments, see
`threshold.with_numbers`); `todo`; and `is_reported_only` for a warning that is flagged at each
patient concerned, so that it does not hold the run.
"""

import json
import logging
import os
import warnings
from functools import partial

from pipeline.core import EXPECTATIONS, InvalidProtocol
from pipeline.quality.change import NO_CHANGES
from pipeline.quality.changed_suites import changed
from pipeline.quality.results import outcome_of
from pipeline.quality.validation import validation_of

NAMED_ROWS = 5


def prepare():
    """Import Great Expectations now, to have it when `check` is called: it takes six seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(
        logging.CRITICAL + 1
    )  # a failure is an outcome, not a log line
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # of the standard library, by its own imports
        from pipeline.quality import datasource
    return datasource


def check(con, folder=EXPECTATIONS, **site):
    """The outcome of every expectation, as of `run_suites`."""
    return run_suites(con, folder, **site)[0]


def run_suites(con, folder=EXPECTATIONS, *, changes=NO_CHANGES, as_of=None):
    """(outcomes, validations) of every expectation, evaluated in the database that the DuckDB
    connection `con` is open on.

    Great Expectations uses cursors of that very connection, so that in-memory databases can be
    checked, and files that are open only here. changes: what the site changes about them, as of a
    day. validations: one dict a suite, counts alone, see `validation_of`. Raises InvalidProtocol
    for a suite that it cannot read.
    """
    gx = prepare()
    files = sorted(folder.glob("*/*.json"))
    context, change = gx.open_context(), partial(changed, changes=changes, as_of=as_of)
    schemas = {
        schema: gx.add_schema(context, con, schema)
        for schema in sorted({file.parent.name for file in files})
    }
    try:
        found = [_results(gx, schemas[file.parent.name], file, change) for file in files]
    finally:
        for schema in schemas.values():
            gx.close(schema)
    outcomes = [
        outcome_of(name, meta, result) for name, meta, results in found for result in results
    ]
    return outcomes, [validation_of(name, results) for name, _, results in found]


def _results(gx, schema, file, change):
    "The name of a suite, its meta and its results"
    name = f"{file.parent.name}.{file.stem}"
    try:
        suite = change(json.loads(file.read_text(encoding="utf-8")), name=name)
        meta = suite["meta"]
        return name, meta, gx.validate(schema, file.stem, suite, _result_format(meta))
    except (
        gx.great_expectations.exceptions.GreatExpectationsError,
        ConnectionError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        raise InvalidProtocol(
            f"The suite {file.parent.name}/{file.name} in {file.parents[1]} cannot be run on"
            f" {name} ({type(error).__name__}). Check that it is valid"
            " JSON, that the relation exists, and that each expectation has a type that Great"
            " Expectations knows, with its arguments."
        ) from error


def _result_format(meta):
    if "named_by" not in meta:
        return {"result_format": "BASIC", "partial_unexpected_count": 0}
    return {
        "result_format": "SUMMARY", "partial_unexpected_count": NAMED_ROWS,
        "unexpected_index_column_names": meta["named_by"], "return_unexpected_index_query": False,
    }  # fmt: skip

"""Data Docs of kept validations, by the renderer of Great Expectations. Imported late: see
`suites`."""

from html import escape
from typing import Any

from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaSectionView

from pipeline.quality.safe_html import cleaned


def page_of(validations, *, title, stylesheet):
    """One HTML page of all suites: no script, no style of its own, nothing from another address."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="stylesheet" href="{escape(stylesheet)}">
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p>Rendered by Great Expectations from counts; no value of any patient was kept.</p>
<nav aria-label="Suites"><ul>
{"".join(_entry(*numbered) for numbered in enumerate(validations, start=1))}</ul></nav>
{"".join(_section(*numbered) for numbered in enumerate(validations, start=1))}</main>
</body>
</html>
"""


def _entry(position, validation):
    succeeded = sum(result["success"] for result in validation["results"])
    state = "text-success" if succeeded == len(validation["results"]) else "text-danger"
    counted = f'<span class="{state}">{succeeded} of {len(validation["results"])}</span>'
    return f'<li><a href="#suite-{position}">{escape(validation["suite"])}</a> {counted}</li>\n'


def _section(position, validation):
    document = ValidationResultsPageRenderer().render(_result(validation)).to_json_dict()
    view = DefaultJinjaSectionView()
    sections = "".join(
        view.render({"section": section, "section_loop": {"index": position}})
        for position, section in enumerate(_without_collapsed(document)["sections"], start=1)
    )
    return (
        f'<section id="suite-{position}">\n<h2>{escape(validation["suite"])}</h2>\n'
        f"{cleaned(sections)}\n</section>\n"
    )


def _without_collapsed(content) -> Any:
    "What is rendered, without what opens only by a script"
    if isinstance(content, dict):
        return {name: _without_collapsed(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_without_collapsed(part) for part in content if not _is_collapsed(part)]
    return content


def _is_collapsed(content):
    return isinstance(content, dict) and content.get("content_block_type") == "collapse"


def _result(validation):
    results = [
        ExpectationValidationResult(
            **result
            | {"expectation_config": ExpectationConfiguration(**result["expectation_config"])}
        )
        for result in validation["results"]
    ]
    succeeded = sum(bool(result.success) for result in results)
    return ExpectationSuiteValidationResult(
        success=succeeded == len(results),
        results=results,
        suite_name=validation["suite"],
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": succeeded,
            "unsuccessful_expectations": len(results) - succeeded,
            "success_percent": 100 * succeeded / len(results) if results else None,
        },
        meta={
            "batch_kwargs": {"data_asset_name": validation["suite"]},
            # asked for by the renderer, and not shown
            "run_id": {"run_name": "", "run_time": "1970-01-01T00:00:00+00:00"},
        },
    )

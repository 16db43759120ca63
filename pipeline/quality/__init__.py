"""Gates: the suites of `expectations/`, run by Great Expectations inside DuckDB, decide whether a run is published.

Great Expectations takes six seconds to import. It is imported when it is needed, and by `prepare` ahead of that.
"""

import json

from pipeline.quality.outcome import Outcome, closed_by, message, warned_by, warnings
from pipeline.quality.suites import check, prepare, validated

__all__ = ["Outcome", "check", "closed_by", "data_docs", "message", "prepare", "validated", "warned_by", "warnings"]


def data_docs(path, stylesheet="/static/data_docs.css"):
    """The Data Docs of a run as one HTML page, from its validation.json. It loads its stylesheet and nothing else, and runs nothing."""
    prepare()
    from pipeline.quality.documents import page_of

    validations = json.loads(path.read_text(encoding="utf-8"))
    return page_of(validations, title=f"Data Docs of run {path.parent.name}", stylesheet=stylesheet)

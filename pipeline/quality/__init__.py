"""Gates: the suites of `expectations/`, run by Great Expectations inside DuckDB, decide whether a
run is published.

Great Expectations takes six seconds to import. It is imported when it is needed, and by `prepare`
ahead of that.
"""

from pipeline.quality import cleaning, pages
from pipeline.quality.outcome import closing_outcomes, message, warning_outcomes, warnings
from pipeline.quality.pages import data_docs
from pipeline.quality.suites import check, prepare, run_suites

__all__ = [
    "check",
    "cleaning",
    "closing_outcomes",
    "data_docs",
    "message",
    "pages",
    "prepare",
    "run_suites",
    "warning_outcomes",
    "warnings",
]

"""Gates: the suites of `expectations/`, run by Great Expectations inside DuckDB, decide whether a
run is published.

Great Expectations takes six seconds to import. It is imported when it is needed, and by `prepare`
ahead of that.
"""

from pipeline.quality.outcome import Outcome, closing_outcomes, message, warning_outcomes, warnings
from pipeline.quality.pages import data_docs
from pipeline.quality.suites import check, prepare, run_suites

__all__ = [
    "Outcome",
    "check",
    "closing_outcomes",
    "data_docs",
    "message",
    "prepare",
    "run_suites",
    "warning_outcomes",
    "warnings",
]

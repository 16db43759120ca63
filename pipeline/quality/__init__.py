"""Gates: the suites of `expectations/`, run by Great Expectations inside DuckDB, decide whether a
run is published. What a site changes about them stands in `expectations.yaml` in its home.

Great Expectations takes six seconds to import. It is imported when it is needed, and by `prepare`
ahead of that.
"""

from pipeline.quality.change import NO_CHANGES, Changes
from pipeline.quality.change_rules import told_changes
from pipeline.quality.changes_file import read_changes
from pipeline.quality.outcome import (
    Outcome,
    closing_outcomes,
    holding_outcomes,
    message,
    warnings,
)
from pipeline.quality.pages import data_docs
from pipeline.quality.suites import check, prepare, run_suites

__all__ = [
    "NO_CHANGES",
    "Changes",
    "Outcome",
    "check",
    "closing_outcomes",
    "data_docs",
    "holding_outcomes",
    "message",
    "prepare",
    "read_changes",
    "run_suites",
    "told_changes",
    "warnings",
]

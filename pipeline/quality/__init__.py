"""Gates: the suites of `expectations/`, run by Great Expectations inside DuckDB, decide whether a run is published.

Great Expectations takes six seconds to import. It is imported when it is needed, and by `prepare` ahead of that.
"""

from pipeline.quality.outcome import Outcome, closed_by, message
from pipeline.quality.suites import check, prepare

__all__ = ["Outcome", "check", "closed_by", "message", "prepare"]

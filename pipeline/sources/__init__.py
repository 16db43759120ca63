"""Help with a source: draft a profile for its files, try it on them, look up its codes, try an
answer for one of them."""

from pipeline.sources.check import check, check_folder
from pipeline.sources.code_search import COLUMNS as SEARCHED_COLUMNS
from pipeline.sources.code_search import concepts_of_codes, search_codes
from pipeline.sources.draft import draft
from pipeline.sources.known_codes import VERDICTS, check_codes
from pipeline.sources.meanings import Meaning, meanings
from pipeline.sources.targets import (
    Target,
    UnitTarget,
    suggested,
    suggested_unit,
    targets,
    unit_targets,
)
from pipeline.sources.trial import Question, Results, Trial, try_answer

__all__ = [
    "SEARCHED_COLUMNS",
    "VERDICTS",
    "Meaning",
    "Question",
    "Results",
    "Target",
    "Trial",
    "UnitTarget",
    "check",
    "check_codes",
    "check_folder",
    "concepts_of_codes",
    "draft",
    "meanings",
    "search_codes",
    "suggested",
    "suggested_unit",
    "targets",
    "try_answer",
    "unit_targets",
]

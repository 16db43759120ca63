"""Help with a new source: draft a profile for its files, try it on them, look up its codes."""

from pipeline.sources.check import check, check_folder
from pipeline.sources.code_search import COLUMNS as SEARCHED_COLUMNS
from pipeline.sources.code_search import concepts_of_codes, search_codes
from pipeline.sources.draft import draft
from pipeline.sources.known_codes import VERDICTS, check_codes

__all__ = [
    "SEARCHED_COLUMNS",
    "VERDICTS",
    "check",
    "check_codes",
    "check_folder",
    "concepts_of_codes",
    "draft",
    "search_codes",
]

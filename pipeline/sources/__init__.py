"""Help with a new source: draft a profile for its files, try it on them."""

from pipeline.sources.check import check, check_folder
from pipeline.sources.draft import draft

__all__ = [
    "check",
    "check_folder",
    "draft",
]

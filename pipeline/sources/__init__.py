"""Help with a new source: draft a profile, try it on a file."""

from pipeline.sources.check import check
from pipeline.sources.draft import draft

__all__ = [
    "check",
    "draft",
]

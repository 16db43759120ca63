"""The review kit of a pack for clinicians: made, taken back, and shown beside the lines."""

from pipeline.review.kept import keep
from pipeline.review.make import write_kit
from pipeline.review.shown import summary, with_reviews
from pipeline.review.standing import standing_of

__all__ = [
    "keep",
    "standing_of",
    "summary",
    "with_reviews",
    "write_kit",
]

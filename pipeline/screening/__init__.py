"""The nightly screening: facts, decisions, gates, publication, and a steward's approval."""

from pipeline.screening import moves
from pipeline.screening.approval import decide
from pipeline.screening.bucket import BUILDERS
from pipeline.screening.inputs import register_inputs
from pipeline.screening.night import MERGES
from pipeline.screening.nightly import (
    plan_buckets,
    screen_again,
    screen_planned,
    screen_population,
)
from pipeline.screening.plan import load_checked_pack, parse_day, shadow_names
from pipeline.screening.scratch import scratch_database
from pipeline.screening.shadow import build_changed
from pipeline.screening.spark import ScreenedBucket, screen_on_spark
from pipeline.screening.unmapped import likened, unanswered, without_answer

__all__ = [
    "BUILDERS",
    "MERGES",
    "ScreenedBucket",
    "build_changed",
    "decide",
    "likened",
    "load_checked_pack",
    "moves",
    "parse_day",
    "plan_buckets",
    "register_inputs",
    "scratch_database",
    "screen_again",
    "screen_on_spark",
    "screen_planned",
    "screen_population",
    "shadow_names",
    "unanswered",
    "without_answer",
]

"""The nightly screening: facts, decisions, gates, publication, and a steward's approval."""

from pipeline.screening import nightly, screen
from pipeline.screening.approval import decide
from pipeline.screening.counts import without_answered
from pipeline.screening.nightly import screen_again, screen_population
from pipeline.screening.screen import BUILDERS, prepare, scratch_database

__all__ = ["BUILDERS", "decide", "nightly", "prepare", "screen", "screen_again", "screen_population", "without_answered", "scratch_database"]

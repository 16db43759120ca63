"""Explain a patient, compare two runs, simulate other thresholds, work through rejected rows and
unmapped codes."""

from pipeline.analysis import stewardship
from pipeline.analysis.answering import LONGEST_REASON, Preview, answer_to, preview
from pipeline.analysis.answers import answer, is_background, plain_answer, remarks
from pipeline.analysis.asked import Asked, analytes_of, held_rows, questions, replays_due
from pipeline.analysis.compare import DIFFERENCE_COLUMNS, diff
from pipeline.analysis.difference_text import SECTION_TITLES, difference_in_words
from pipeline.analysis.explanation import explain_latest, explain_run
from pipeline.analysis.explanation_text import explanation_as_text
from pipeline.analysis.map_change import (
    AnsweredMeanwhile,
    is_writable,
    save_answer,
    take_back,
    target_of,
    unwritable,
)
from pipeline.analysis.simulation import (
    CITES,
    MINUTES,
    MOVED_COLUMNS,
    Simulation,
    flow_of,
    flows_among,
    staff_hours,
)
from pipeline.analysis.simulation_text import simulation_as_text
from pipeline.analysis.stewardship import GROUPS
from pipeline.analysis.trying import Tried, try_examples

__all__ = [
    "CITES",
    "DIFFERENCE_COLUMNS",
    "GROUPS",
    "LONGEST_REASON",
    "MINUTES",
    "MOVED_COLUMNS",
    "SECTION_TITLES",
    "AnsweredMeanwhile",
    "Asked",
    "Preview",
    "Simulation",
    "Tried",
    "analytes_of",
    "answer",
    "answer_to",
    "diff",
    "difference_in_words",
    "explain_latest",
    "explain_run",
    "explanation_as_text",
    "flow_of",
    "flows_among",
    "held_rows",
    "is_background",
    "is_writable",
    "plain_answer",
    "preview",
    "questions",
    "remarks",
    "replays_due",
    "save_answer",
    "simulation_as_text",
    "staff_hours",
    "stewardship",
    "take_back",
    "target_of",
    "try_examples",
    "unwritable",
]

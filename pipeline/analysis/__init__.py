"""Explain a patient, compare two runs, simulate other thresholds, work through rejected rows."""

from pipeline.analysis import stewardship
from pipeline.analysis.answers import answer, is_background, plain_answer, remarks
from pipeline.analysis.compare import DIFFERENCE_COLUMNS, diff
from pipeline.analysis.explanation import explain_latest, explain_run
from pipeline.analysis.explanation_text import explanation_as_text
from pipeline.analysis.simulation import MINUTES, Simulation
from pipeline.analysis.simulation_text import simulation_as_text
from pipeline.analysis.stewardship import GROUPS

__all__ = [
    "DIFFERENCE_COLUMNS",
    "GROUPS",
    "MINUTES",
    "Simulation",
    "answer",
    "diff",
    "explain_latest",
    "explain_run",
    "explanation_as_text",
    "is_background",
    "plain_answer",
    "remarks",
    "simulation_as_text",
    "stewardship",
]

"""The protocol pack: YAML and CSV in `protocol/`, its meaning in Python, and its relations."""

from pipeline.protocol import boxes
from pipeline.protocol.check import problems
from pipeline.protocol.check_digits import check_digit_is_wrong, loinc_is_valid, snomed_is_valid
from pipeline.protocol.likeness import best_of, code_in_units, proposals, rank
from pipeline.protocol.move import movable, moved
from pipeline.protocol.pack import Pack, derive, load, load_or_shipped
from pipeline.protocol.show import as_markdown
from pipeline.protocol.tables import (
    code_system_names,
    register,
    register_pack,
    register_vocabulary,
    vocabulary,
)

__all__ = [
    "Pack",
    "as_markdown",
    "best_of",
    "boxes",
    "check_digit_is_wrong",
    "code_in_units",
    "code_system_names",
    "derive",
    "load",
    "load_or_shipped",
    "loinc_is_valid",
    "movable",
    "moved",
    "problems",
    "proposals",
    "rank",
    "register",
    "register_pack",
    "register_vocabulary",
    "snomed_is_valid",
    "vocabulary",
]

"""The missing tests of a worklist row."""

import csv
from dataclasses import dataclass
from functools import cache

from pipeline.core import PROTOCOL

ASKED_BY = {  # next step or flag: concepts of protocol/codes/lab_tests.csv
    "ORDER_MMA": ("mma_serum",), "CONSIDER_MMA": ("mma_serum",), "ORDER_B12": ("b12_total_mass",),
    "ORDER_ACTIVE_B12": ("holotc_active_b12",), "ORDER_HOMOCYSTEINE": ("homocysteine_molar",),
    "INVESTIGATE_CAUSE": ("intrinsic_factor_ab", "gastrin"),
    "MONITORING_DUE": ("b12_total_mass", "homocysteine_molar", "mma_serum"),
}  # fmt: skip
TEXTS = {
    "mma_serum": "Methylmalonic acid (MMA), serum or plasma",
    "b12_total_mass": "Vitamin B12, serum or plasma",
    "holotc_active_b12": "Active vitamin B12 (holotranscobalamin), serum or plasma",
    "homocysteine_molar": "Homocysteine, serum or plasma",
    "intrinsic_factor_ab": "Intrinsic factor antibody, serum",
    "gastrin": "Gastrin, serum or plasma",
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """A missing test: its LOINC code, its name, and the next step or flag that asks for it."""

    loinc: str
    text: str
    because: str


def proposed(row):
    """The tests that a row's next step and flags ask for, each once: `{concept: Proposal}`. Never a
    medicine."""
    found = {}
    for asking in (row["next_step"], *(row["flags"] or ())):
        for concept in ASKED_BY.get(asking, ()):
            found.setdefault(
                concept,
                Proposal(_loinc()[concept], TEXTS[concept], asking.replace("_", " ").lower()),
            )
    return found


@cache
def _loinc():
    with (PROTOCOL / "codes" / "lab_tests.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code_system"] == "LOINC"]
    return {row["concept"]: row["code"] for row in reversed(rows)}  # the first of a concept

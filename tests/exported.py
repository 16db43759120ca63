"Rows of a worklist, as a run publishes them and as the store gives them, for exports"

from datetime import date

from pipeline.exports import Meta
from tests.clinic import pack

META = Meta(
    run_id="20260131T200000Z-abcdef", as_of="2026-01-31", protocol="praxis-2026 1.0.0", notice=pack().raw["notice"],
    actions=pack().raw["actions"],
    alerts=tuple((one["outcome"], one["priority"], one["because"]) for one in pack().raw["safety"]),
)  # fmt: skip
PUBLISHED = {
    "patient_id": "ann", "as_of": date(2026, 1, 31), "priority": 2, "next_step": "ORDER_MMA", "rule": "N20", "reason": "MMA is missing.",
    "cites": "SEED §H", "safety": [], "cause": "NONE", "flags": [], "cohorts": ["borderline_b12"], "waiting_since": date(2026, 1, 5),
    "b12": "borderline", "b12_reported": "250 pg/mL", "b12_on": date(2026, 1, 5), "mma_reported": None, "mma_on": None,
    "metformin_since": None,
}  # fmt: skip
KEPT = {
    "status": "open",
    "assignee": None,
    "site": "Hill",
    "waiting_days": 26,
    "key": "a1b2",
    "version": 3,
    "snoozed_until": None,
}


def row(**said):
    """A row of a published worklist."""
    return {**PUBLISHED, **said}


def item(**said):
    """A row of the worklist store."""
    return {**PUBLISHED, **KEPT, **said}

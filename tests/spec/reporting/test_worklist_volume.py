"reporting.worklist_volume: the length of the worklist against that of up to 14 runs before"

import pytest

from tests.clinic import insert, shows
from tests.gates import gated, published_runs


def night(*worklists, patients=3):
    con = gated()
    insert(con, "lake.lab_result", [
        {"patient_id": f"p{n}", "analyte": "total_b12", "value": "110", "collected_on": "2026-01-01"} for n in range(patients)
    ])  # fmt: skip
    published_runs(con, *worklists)
    return con


@pytest.mark.parametrize(
    ("before", "runs", "median", "ratio"),
    [
        ((), "0", "", ""),
        ((100, 100), "2", "100", ""),  # fewer than three runs
        ((49, 49, 49), "3", "49", ""),  # short lists double by chance
        ((50, 60, 900), "3", "60", "0.05"),
        ((1000, *[60] * 14), "14", "60", "0.05"),  # the fifteenth back is forgotten
    ],
)
def test_the_ratio_needs_a_history(before, runs, median, ratio):
    shows(night(*before), "reporting.worklist_volume", f"""
        worklist | runs   | median_before | ratio
        3        | {runs} | {median}      | {ratio}
    """)  # fmt: skip

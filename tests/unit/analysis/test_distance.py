"How far a fact is from what a rule asks for."

from datetime import date

import pytest

from pipeline.analysis.distance import distance
from tests.clinic import pack
from tests.local_bands import pack_with

VALUES = dict.fromkeys(
    ["b12_value", "active_b12_value", "mma_value", "homocysteine_value", "metformin_since", "acid_suppressant_since"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "now", "answers", "known", "text"),
    [
        ("b12", "low_molar_only", ["low", "uncertain_low"], {"b12_value": 182.0}, "182 pg/mL: 2 above low"),
        ("b12", "low", ["low_molar_only"], {"b12_value": 179.5}, None),
        ("b12", "above", ["borderline", "uncertain"], {"b12_value": 351.0}, "351 pg/mL: 1 above borderline"),
        ("neuro_300", "no", ["yes"], {"b12_value": 310.0}, "310 pg/mL: 10 above the edge at 300"),
        ("mma", "not_raised", ["raised"], {"mma_value": 265.5}, "265.5 nmol/L: 5.5 below the edge at 271"),
        ("active_b12", "indeterminate", ["low"], {"active_b12_value": 26.0}, "26 pmol/L: 1 above the edge at 25"),
        ("homocysteine", "below_10", ["at_or_above_10"], {"homocysteine_value": 9.2}, "9.2 umol/L: 0.8 below the edge at 10"),
        ("b12", "borderline", ["low"], {"b12_value": 225.0}, "225 pg/mL: 45 above low"),
        ("b12", "borderline", ["low"], {"b12_value": 226.0}, None),
        ("b12", "never", ["low"], {}, None),
        ("b12", "treated_since", ["low"], {"b12_value": 182.0}, None),
        ("b12", "stale", ["borderline"], {"b12_value": 345.0}, None),
        ("mma", "raised_renal", ["raised"], {"mma_value": 280.0}, None),
        ("active_b12", "never", ["indeterminate"], {"active_b12_value": 71.0}, None),
        ("b12", "low_molar_only", ["stale", "never"], {"b12_value": 182.0}, None),
        ("mma", "not_raised", ["raised_renal"], {"mma_value": 265.5}, None),
        ("metformin", "shorter", ["long_term"], {"metformin_since": date(2025, 10, 31)}, "since 2025-10-31; long term after 2026-02-28"),
        ("acid_suppressant", "shorter", ["long_term"], {"acid_suppressant_since": date(2024, 12, 5)}, "since 2024-12-05; long term after 2025-12-05"),
        ("metformin", "shorter", ["none"], {"metformin_since": date(2025, 10, 31)}, None),
        ("metformin", "none", ["long_term"], {}, None),
        ("diet", "none_known", ["strict_vegetarian"], {}, None),
    ],
)  # fmt: skip
def test_in_the_unit_of_the_analyte_or_in_time(fact, now, answers, known, text):
    "Towards the worse, and of a value that counts as it is"
    assert distance(pack(), fact, answers, VALUES | {fact: now} | known, {}) == text


def test_of_a_local_row_its_edges_and_its_name():
    known, local = VALUES | {"b12": "borderline", "b12_value": 205.0}, pack_with()
    said = distance(local, "b12", ["low"], known, {"b12": "north-2025"})
    assert said == "205 pg/mL: 5 above low, limits north-2025"
    assert distance(local, "b12", ["low"], known, {}) == "205 pg/mL: 25 above low"
    known = VALUES | {"neuro_300": "no", "b12_value": 260.0}
    said = distance(local, "neuro_300", ["yes"], known, {"neuro_300": "east"})
    assert said == "260 pg/mL: 10 above the edge at 250, limits east"

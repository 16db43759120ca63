"A result as people read it: in the site's unit, beside what was reported"

from datetime import date

import pytest

from pipeline.protocol import deciding_result


def shown(test, value, reported, low=None, high=None):
    row = {
        "deciding_test": test, "deciding_value": value, "deciding_reported": reported, "deciding_on": date(2026, 1, 10),
        "reference_low": low, "reference_high": high,
    }  # fmt: skip
    found = deciding_result(row)
    return found and (found.value, found.reported, found.range)


@pytest.mark.parametrize(
    ("unit", "row", "seen"),
    [
        ("pg/mL", ("total_b12", 110.0, "110 pg/mL", 197.0, 771.0), ("110 pg/mL", None, "197 to 771 pg/mL")),
        ("pg/mL", ("total_b12", 111.14034, "82 pmol/L", None, None), ("111.1 pg/mL", "82 pmol/L", None)),
        ("pg/mL", ("total_b12", 150.0, "<150 pg/mL", None, None), ("<150 pg/mL", None, None)),
        ("pg/mL", ("total_b12", 137.0, "137 ng/L", None, None), ("137 ng/L", None, None)),
        ("pmol/L", ("total_b12", 111.14034, "82 pmol/L", 189.7518, 813.222), ("82 pmol/L", None, "140 to 600 pmol/L")),
        ("pmol/L", ("total_b12", 150.0, "<150 pg/mL", 197.0, None), ("<110.7 pmol/L", "<150 pg/mL", "from 145.3 pmol/L")),
        # active B12 is never converted, and MMA has no choice of units
        ("pg/mL", ("active_b12", 18.0, "18 pmol/L", 25.0, None), ("18 pmol/L", None, "from 25 pmol/L")),
        ("pmol/L", ("mma", 410.0, "0.41 umol/L", None, 271.0), ("410 nmol/L", "0.41 umol/L", "up to 271 nmol/L")),
        ("pg/mL", ("homocysteine", 15.2, "15,2 µmol/L", None, None), ("15,2 µmol/L", None, None)),
        ("pg/mL", (None, None, None, None, None), None),
    ],
)  # fmt: skip
def test_a_result_in_the_unit_of_the_site(monkeypatch, unit, row, seen):
    monkeypatch.setenv("B12_DISPLAY_UNITS", unit)
    assert shown(*row) == seen

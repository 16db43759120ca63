"""A result as people read it: in the unit that the site prefers, beside what the laboratory
reported, and with its reference range."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.core import settings
from pipeline.protocol.labels import day, unit
from pipeline.protocol.tables import vocabulary

TESTS = {
    "total_b12": "B12", "active_b12": "Active B12", "mma": "MMA", "homocysteine": "Homocysteine",
}  # fmt: skip
PREFERRED = "total_b12"  # the one test with a choice of units: active B12 is never converted
_COMPARATOR = re.compile(r"\s*(<=|>=|<|>|≤|≥)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class ShownResult:
    """test: its name. value: with its unit. reported: what the laboratory printed, None where
    `value` says the same. range: the laboratory's, in the unit of `value`, else None. on: the day,
    YYYY-MM-DD."""

    test: str
    value: str
    reported: str | None
    range: str | None
    on: str


def deciding_result(row, decimals=str):
    """The ShownResult of a row of the worklist, from its `deciding_…` columns (values in the
    canonical unit of the test); None where no result is on file. decimals: writes a converted
    number as the site does."""
    test, value = row.get("deciding_test"), row.get("deciding_value")
    if test is None or value is None:
        return None
    reported = (row["deciding_reported"] or "").strip()
    code, factor = shown_unit(test)
    number = written(value / factor)
    sign = _COMPARATOR.match(reported)
    shown = f"{sign[1] if sign else ''}{decimals(number)} {unit(code)}"
    is_same = (printed := _NUMBER.search(reported)) and printed[0].replace(",", ".") == number
    low, high = (
        None if row[name] is None else decimals(written(row[name] / factor))
        for name in ("reference_low", "reference_high")
    )
    return ShownResult(
        test=TESTS[test], value=reported if is_same else shown,
        reported=None if is_same else reported or None, range=_range(low, high, code),
        on=day(row["deciding_on"]),
    )  # fmt: skip


def shown_unit(test):
    """The unit in which a test is shown, and how many of its canonical unit one of it is."""
    canonical = _factors()[test]
    code = settings().display_units if test == PREFERRED else next(iter(canonical))
    return code, canonical[code]


@cache
def _factors():
    "By test, `{unit: factor}`, the canonical unit first"
    found = {}
    for row in vocabulary("unit"):
        if row["factor"]:
            found.setdefault(row["analyte"], {})[row["unit"]] = float(row["factor"])
    return found


def written(number):
    """A number with one decimal at most, four significant digits where it is below 1."""
    text = f"{number:.1f}" if number >= 1 else f"{number:.4g}"
    return text.removesuffix(".0")


def _range(low, high, code):
    if low and high:
        return f"{low} to {high} {unit(code)}"
    if low:
        return f"from {low} {unit(code)}"
    return f"up to {high} {unit(code)}" if high else None

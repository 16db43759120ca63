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
    "egfr": "eGFR", "intrinsic_factor_antibody": "Intrinsic factor antibody", "gastrin": "Gastrin",
    "haemoglobin": "Haemoglobin", "mcv": "MCV", "folate": "Folate",
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


def deciding_result(row, decimals=None):
    """The ShownResult of a row of the worklist, from its `deciding_…` columns (values in the
    canonical unit of the test); None where no result is on file. decimals: as of `shown_result`."""
    if row.get("deciding_test") is None or row.get("deciding_value") is None:
        return None
    return shown_result(
        row["deciding_test"], row["deciding_value"], row["deciding_reported"], row["deciding_on"],
        limits=(row["reference_low"], row["reference_high"]), decimals=decimals,
    )  # fmt: skip


def shown_result(test, value, reported, on, *, limits=(None, None), decimals=None):
    """The ShownResult of a test on a day. value, limits: in its canonical unit; value None: of a
    test in words. reported: as the laboratory printed it. decimals: writes a converted number as
    the site does, else with a point."""
    reported, name = (reported or "").strip(), TESTS.get(test) or str(test)
    if value is None:
        return ShownResult(name, reported, None, None, day(on))
    code, factor = shown_unit(test)
    number, as_site = written(value / factor), decimals or (lambda text: text)
    sign = _COMPARATOR.match(reported)
    shown = f"{sign[1] if sign else ''}{as_site(number)} {unit(code)}"
    is_same = (printed := _NUMBER.search(reported)) and printed[0].replace(",", ".") == number
    low, high = (None if each is None else as_site(written(each / factor)) for each in limits)
    return ShownResult(
        test=name, value=reported if is_same else shown,
        reported=None if is_same else reported or None, range=_range(low, high, code), on=day(on),
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

"""Results as intervals, and their bands: protocol §1 and §2, in plain Python from the text.

A band holds a result when it holds the whole interval. The edges are those of the pack.
"""

from decimal import Decimal

from tests.clinic import pack
from tests.generative.timelines import AS_OF

BANDS = {  # edges as Decimals: 203.3055 has no exact binary form
    fact: {
        tile["answer"]: {
            name: Decimal(str(cell)) for name, cell in tile.items() if name != "answer"
        }
        for tile in band["tiles"]
    }
    for fact, band in pack().raw["bands"].items()
}
LOW, MOLAR, BORDERLINE = (
    BANDS["b12"]["low"]["below"], BANDS["b12"]["low_molar_only"]["below"], BANDS["b12"]["borderline"]["to"],
)  # fmt: skip
LOWS = ("low", "low_molar_only", "uncertain_low")


def is_below(result, edge):
    "The whole interval is less than the edge"
    return result.value <= edge if result.comparator == "<" else (
        result.comparator in ("=", "<=") and result.value < edge
    )  # fmt: skip


def is_above(result, edge):
    return result.value >= edge if result.comparator == ">" else (
        result.comparator in ("=", ">=") and result.value > edge
    )  # fmt: skip


def is_at_most(result, edge):
    return result.comparator in ("=", "<", "<=") and result.value <= edge


def is_at_least(result, edge):
    return result.comparator in ("=", ">", ">=") and result.value >= edge


def b12_band(result):
    if is_below(result, LOW):
        return "low"
    if result.comparator == "=":
        return (
            "low_molar_only" if result.value < MOLAR
            else "borderline" if result.value <= BORDERLINE else "above"
        )  # fmt: skip
    if is_above(result, BORDERLINE):
        return "above"
    return "uncertain_low" if is_below(result, MOLAR) else "uncertain"


def two_bands(fact, below, rest):
    "The word of a fact with one edge, or None where the interval crosses it"

    def band(result):
        tile = BANDS[fact][below]
        if "below" in tile:
            is_in, is_out = is_below(result, tile["below"]), is_at_least(result, tile["below"])
        else:
            is_in, is_out = is_at_most(result, tile["to"]), is_above(result, tile["to"])
        return below if is_in else rest if is_out else None

    return band


def active_b12_band(result):
    low, high = BANDS["active_b12"]["low"]["below"], BANDS["active_b12"]["above"]["above"]
    if is_below(result, low):
        return "low"
    if is_above(result, high):
        return "above"
    return "indeterminate" if is_at_least(result, low) and is_at_most(result, high) else None


BAND_OF = {
    "total_b12": b12_band,
    "active_b12": active_b12_band,
    "mma": two_bands("mma", "not_raised", "raised"),
    "homocysteine": two_bands("homocysteine", "below_10", "at_or_above_10"),
    "egfr": two_bands("egfr", "below_60", "at_or_above_60"),
}


def deciding(line, analyte):
    "The results that can decide: a censored one that crosses its edge cannot"
    return [one for one in line.results if one.analyte == analyte and BAND_OF[analyte](one)]


def latest(line, analyte):
    "The latest that can decide; at one instant the lower, but of MMA and homocysteine the higher"
    sign = -1 if analyte in ("mma", "homocysteine") else 1
    order = ("<", "<=", "=", ">=", ">")
    return min(
        deciding(line, analyte),
        key=lambda one: (AS_OF - one.day, sign * one.value, sign * order.index(one.comparator)),
        default=None,
    )

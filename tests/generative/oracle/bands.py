"""Results as intervals, and their bands: protocol §1 and §2, in plain Python from the text.

A band holds a result when it holds the whole interval. The edges are those of the pack. A time line may be judged with local rows:
decision 51.
"""

from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from tests.clinic import pack
from tests.generative.timelines import AS_OF, SET

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


FACT_OF = {"total_b12": "b12"}
BANDS_OF = {"total_b12": ["b12", "neuro_300"]}
HELD_BY = {"from": is_at_least, "above": is_above, "to": is_at_most, "below": is_below}


def is_named(delivered, wanted):
    "A name is compared in lower case, without white space around it; an asterisk stands for any ending"
    if wanted is None or delivered is None:
        return wanted is None
    delivered, wanted = delivered.strip().lower(), wanted.strip().lower()
    return delivered.startswith(wanted[:-1]) if wanted.endswith("*") else delivered == wanted


def is_of_age(line, day, age):
    "Of every day on which the patient may be born"
    if age is None or line.birth is None:
        return age is None
    ages = [relativedelta(day, birth).years if birth <= day else -1 for birth in line.birth]
    return all(age.get("from", -1) <= years < age.get("below", 999) for years in ages)


def is_pregnant_on(line, day):
    before = day - timedelta(days=SET["pregnancy_days"])
    return any(
        one.concept == "pregnancy" and one.onset <= day and one.last_onset >= before
        for one in line.findings
        if one.onset <= AS_OF
    )


def fits_but_for_the_day(line, result, row):
    return (
        is_named(result.laboratory, row.get("laboratory"))
        and is_named(result.method, row.get("method"))
        and is_named("canonical", row.get("source"))
        and is_of_age(line, result.day, row.get("age"))
        and (not row.get("pregnant") or is_pregnant_on(line, result.day))
    )


def is_of_the_day(result, row):
    first, last = row.get("valid_from", result.day), row.get("valid_to", result.day)
    return first <= result.day <= last


def local_row(line, result, fact):
    "The first row of the band that fits, or None: the general row judges"
    rows = [one for one in line.local.get(fact, ()) if fits_but_for_the_day(line, result, one)]
    return next((one for one in rows if is_of_the_day(result, one)), None)


def is_of_other_date(line, result):
    "The general row judges, where one that names a laboratory, method or source would on another day"
    names = ("laboratory", "method", "source")
    facts = BANDS_OF.get(result.analyte, [result.analyte])
    return any(
        local_row(line, result, fact) is None
        and any(
            fits_but_for_the_day(line, result, row) and any(name in row for name in names)
            for row in line.local.get(fact, ())
        )
        for fact in facts
    )


def judged_by(row, fact, result):
    "The word of a local row; without answers for censored results those of the general row that have no edges"
    general = pack().raw["bands"][fact].get("censored", ())
    censored = row.get("censored", [one for one in general if one.keys() == {"answer"}])
    return next(
        (
            one["answer"]
            for one in (*row["tiles"], *censored)
            if all(is_held(result, Decimal(str(one[side]))) for side, is_held in HELD_BY.items() if side in one)
        ),
        None,
    )  # fmt: skip


def word(line, result):
    "The word of a result, or None where it cannot decide"
    fact = FACT_OF.get(result.analyte, result.analyte)
    row = local_row(line, result, fact)
    return judged_by(row, fact, result) if row else BAND_OF[result.analyte](result)


def edge_of_300(line, result):
    row = local_row(line, result, "neuro_300")
    return Decimal(str(row["tiles"][0]["below"])) if row else BANDS["neuro_300"]["yes"]["below"]


def deciding(line, analyte):
    "The results that can decide: a censored one that crosses its edge cannot"
    return [one for one in line.results if one.analyte == analyte and word(line, one)]


def latest(line, analyte):
    "The latest that can decide; at one instant the lower, but of MMA and homocysteine the higher; of one number the worse word, and a doubt before the best"
    sign = -1 if analyte in ("mma", "homocysteine") else 1
    order = ("<", "<=", "=", ">=", ">")
    worst, *others = [*BANDS[FACT_OF.get(analyte, analyte)]][::sign]
    worst_first = [worst, "uncertain_low", *others[:-1], "uncertain", others[-1]]

    def key(one):
        rows = [local_row(line, one, fact) for fact in BANDS_OF.get(analyte, [analyte])]
        return (
            AS_OF - one.day, sign * one.value, sign * order.index(one.comparator), worst_first.index(word(line, one)),
            [row["id"] if row else "general" for row in rows], not is_of_other_date(line, one),
        )  # fmt: skip

    return min(deciding(line, analyte), key=key, default=None)

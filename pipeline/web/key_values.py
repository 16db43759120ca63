"""What a clinician looks at first: the last usable result of each test, with its range and its age,
and what the patient takes."""

from datetime import date

from pipeline.protocol import TESTS, labels, shown_result
from pipeline.web import localised

TAKEN = {
    "b12_therapy": "B12 treatment", "metformin": "Metformin",
    "acid_suppressant": "Acid suppressant", "folic_acid": "Folic acid",
    "malabsorption": "Malabsorption", "diet": "Diet", "renal": "Kidney function",
    "pregnancy": "Pregnancy",
}  # fmt: skip
USABLE = ("usable", "final")
HIGHER = ("mma", "homocysteine")  # of several, the higher one is the doubt


def key_results(explanation):
    """A dict for each test, in order: name, shown (a ShownResult, None where no usable result is on
    file) and age in words."""
    rows = [row for fact in explanation["facts"] for row in fact["evidence"]]
    rows += explanation["other_evidence"]
    as_of, decided = date.fromisoformat(explanation["as_of"]), explanation["assessment"]
    return [_result(test, name, rows, as_of, decided) for test, name in TESTS.items()]


def _result(test, name, rows, as_of, decided):
    known = [
        row for row in rows
        if row["what"].split(",")[0] == test and row["standing"] in USABLE and row["on_day"]
    ]  # fmt: skip
    if not known:
        return {"test": test, "name": name, "shown": None, "age": None}
    last = max(known, key=lambda row: (str(row["on_day"]), _decides(row, decided), _doubt(row)))
    limits = last["reference_low"], last["reference_high"]
    shown = shown_result(
        test, last["value"], last["reported"], last["on_day"], limits=limits,
        decimals=localised.in_decimals,
    )  # fmt: skip
    on = date.fromisoformat(str(last["on_day"])[:10])
    age = age_in_words((as_of - on).days)
    return {"test": test, "name": name, "shown": shown, "age": age}


def _decides(row, decided):
    "Of several results of one day, the one that the assessment rests on"
    is_mma = (str(decided["mma_on"]), decided["mma_reported"]) == (
        str(row["on_day"]), row["reported"],
    )  # fmt: skip
    return decided["b12_source"] == f"{row['file']}:{row['line']}" or is_mma


def _doubt(row):
    "The lower B12 and the higher MMA, so that a doubt is never shown as normal"
    value = row["value"] or 0
    return value if row["what"].split(",")[0] in HIGHER else -value


def age_in_words(days):
    """Days as people say them: `3 days ago`, `5 months ago`, `4.9 years ago`."""
    if days < 0:
        return "after the run"
    number, name = (
        (days, "day") if days < 60
        else (round(days / 30.44), "month") if days < 730
        else (round(days / 365.25, 1), "year")
    )  # fmt: skip
    written = localised.in_decimals(f"{number:g}")
    return f"{written} {name if number == 1 else f'{name}s'} ago"


def taken(explanation):
    """`(name, answer in words, since)` of what the patient takes and has: since is a day or
    None."""
    row = explanation["assessment"]
    since = {
        "b12_therapy": row["therapy_start_on"], "metformin": row["metformin_since"],
        "acid_suppressant": row["acid_suppressant_since"],
    }  # fmt: skip
    facts = {fact["fact"]: fact["answer"] for fact in explanation["facts"]}
    return [(name, labels.word(facts[fact]), since.get(fact)) for fact, name in TAKEN.items()]

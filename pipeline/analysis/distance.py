"""How far a fact of a patient is from the answer that a rule asks for: in the unit of its analyte,
or in time."""

from dateutil.relativedelta import relativedelta

from pipeline.protocol import GENERAL, judging_row, labels

NEAR = 0.2  # of the value
MEASURED = {  # fact: (its band, its value in an assessment)
    "b12": ("b12", "b12_value"), "neuro_300": ("neuro_300", "b12_value"),
    "active_b12": ("active_b12", "active_b12_value"), "mma": ("mma", "mma_value"),
    "homocysteine": ("homocysteine", "homocysteine_value"),
}  # fmt: skip
WORSE = dict.fromkeys(("b12", "neuro_300", "active_b12"), "above")  # of these the lower is worse
LONG_FROM = {  # fact: (since when, the months after which the answer is long_term)
    "metformin": ("metformin_since", "metformin_months"),
    "acid_suppressant": ("acid_suppressant_since", "acid_suppressant_months"),
}


def distance(pack, fact, answers, assessment, judged):
    """A text such as `182 pg/mL: 2 above low`, or `since 2026-01-02; long term after 2026-05-02`;
    None where the fact is neither measured nor timed, or is not near.

    answers: those that would do. assessment: the patient's row, with its facts. Only towards the
    worse: a low value does not nearly miss a better one. judged: by which local row of a band its
    value was judged, where one did.
    """
    if fact in MEASURED:
        return _from_band(pack, fact, answers, assessment, judged)
    if fact in LONG_FROM and "long_term" in answers and assessment[LONG_FROM[fact][0]]:
        since, months = LONG_FROM[fact]
        day = assessment[since] + relativedelta(months=pack.setting[months])
        return f"since {assessment[since]}; long term after {day}"
    return None


def _from_band(pack, fact, answers, assessment, judged):
    name, column = MEASURED[fact]
    band_id, value = judged.get(name, GENERAL), assessment[column]
    band = judging_row(pack.raw["bands"][name], band_id)
    is_of_the_band = assessment[fact] in {tile["answer"] for tile in band["tiles"]}
    if value is None or not is_of_the_band:  # out of date, taken on treatment, explained otherwise
        return None
    gaps = [
        (abs(value - edge), "above" if value >= edge else "below", tile["answer"])
        for tile in band["tiles"]
        if tile["answer"] in answers
        for edge in _edges(tile)
    ]
    if not gaps:
        return None
    gap, side, answer = min(gaps)
    if gap > NEAR * value or side != WORSE.get(fact, "below"):
        return None
    label = (
        labels.low(answer)
        if name == fact == "b12"
        else f"the edge at {_number(_edge(value, gap, side))}"
    )
    limits = f", limits {band_id}" if band_id != GENERAL else ""
    return f"{_number(value)} {band['unit']}: {_number(gap)} {side} {label}{limits}"


def _edges(tile):
    return [tile[key] for key in ("from", "above", "to", "below") if key in tile]


def _edge(value, gap, side):
    return value - gap if side == "above" else value + gap


def _number(value):
    return f"{round(value, 1):g}"

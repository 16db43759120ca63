"""What results still say on the as-of date: protocol §2, in plain Python from the text."""

from datetime import timedelta

from tests.generative.oracle.bands import (
    LOWS,
    deciding,
    edge_of_300,
    is_above,
    is_at_least,
    latest,
    word,
)
from tests.generative.oracle.therapy import (
    b12_therapy,
    days_after,
    days_treated_since,
    eras,
    is_active,
    is_late,
    is_untreated_since,
    months_ago,
    therapy_start,
)
from tests.generative.timelines import AS_OF, SET


def b12(line):
    result = latest(line, "total_b12")
    if result is None:
        return "never"
    band, day = word(line, result), result.day
    if b12_therapy(line) == "lapsed" and days_treated_since(line, day) >= SET["treated_since_days"]:
        return "treated_since"
    if band in ("above", "borderline", "uncertain") and is_on_treatment(line, day):
        return "on_treatment"
    if (
        band in ("borderline", "uncertain")
        and day < months_ago("stale_borderline_months")
        and not is_followed_up(line, day)
    ):
        return "stale_borderline"
    is_kept = band in LOWS and not is_active(line)
    return "stale" if day < months_ago("stale_after_months") and not is_kept else band


def is_on_treatment(line, day):
    return any(
        start <= day <= days_after(end, "on_treatment_after_days") for start, end in eras(line)
    )


def is_followed_up(line, day):
    since = day - timedelta(days=SET["mma_before_b12_days"])
    return any(one.day >= since for one in deciding(line, "mma")) or any(
        start > day for start, _ in eras(line)
    )


def neuro_300(line):
    result = latest(line, "total_b12")
    is_below = result is not None and not is_at_least(result, edge_of_300(line, result))
    return "yes" if is_below else "no"


def b12_500(line):
    result = latest(line, "total_b12")
    is_far_above = result is not None and is_above(result, SET["consider_mma_up_to"])
    return "above_500" if is_far_above else "up_to_500"


def b12_timing(line):
    return _timing(line, "total_b12")


def mma_timing(line):
    return _timing(line, "mma")


def _timing(line, analyte):
    result = latest(line, analyte)
    return "late_on_therapy" if result and is_late(line, result.day) else "other"


def mma(line):
    result = latest(line, "mma")
    if result is None:
        return "never"
    band, measured = word(line, result), latest(line, "total_b12")
    is_recent = result.day >= months_ago("mma_not_raised_months") and (
        measured is None or days_after(result.day, "mma_before_b12_days") >= measured.day
    )
    is_kept = band == "raised" and is_untreated_since(line, result.day)
    if not (is_recent or is_kept):
        return "never"
    if band == "not_raised" or is_above(result, SET["mma_whatever_kidney"]):
        return band
    return {"normal": "raised", "unknown": "raised_renal_unknown"}.get(renal(line), "raised_renal")


def renal(line):
    concepts = {one.concept for one in line.findings if one.onset <= AS_OF}
    result = latest(line, "egfr")
    is_low = result is not None and word(line, result) == "below_60"
    is_pair = is_low and any(
        days_after(one.day, "egfr_pair_days") <= result.day
        for one in deciding(line, "egfr")
        if word(line, one) == "below_60"
    )
    if is_pair or concepts & {"ckd_stage3_5", "dialysis"}:
        return "reduced"
    if is_low or "renal_impairment" in concepts:
        return "possible"
    return "normal" if result and result.day >= months_ago("egfr_months") else "unknown"


def active_b12(line):
    result = latest(line, "active_b12")
    if result is None:
        return "never"
    band = word(line, result)
    is_kept = band == "low" and is_untreated_since(line, result.day)
    return band if is_kept or result.day >= months_ago("active_b12_months") else "never"


def homocysteine(line):
    result, start = latest(line, "homocysteine"), therapy_start(line)
    return word(line, result) if result and start and result.day >= start else "never"


def tested(line):
    days = [one.day for one in line.results if one.analyte in ("total_b12", "active_b12")]
    if not days:
        return "never"
    return "recent" if max(days) >= months_ago("tested_months") else "longer_ago"


def deficiency_before(line):
    result = latest(line, "total_b12")
    lows = [
        one for one in deciding(line, "total_b12") if word(line, one) in ("low", "uncertain_low")
    ]
    is_coded = any(one.concept == "b12_deficiency" and one.onset <= AS_OF for one in line.findings)
    is_before = any(one.day < result.day for one in lows)
    return (
        "yes"
        if is_coded or is_before or (b12(line) == "treated_since" and result in lows)
        else "no"
    )

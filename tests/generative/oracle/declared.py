"""The answer to a declared fact, in plain Python from protocol/README.md: the first line that something on file fits."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from tests.generative.oracle.bands import BAND_OF
from tests.generative.timelines import AS_OF, SET


def answer(fact, person, chosen):
    "chosen: the concepts that a list of names chooses"
    for line in fact["answers"]:
        kind = next(
            (kind for kind in (coded, medication, lab) if kind.__name__ in line), person_fits
        )
        if kind(line, person, chosen):
            return line["answer"]
    is_unknown = any(is_missing(line, person) for line in fact["answers"])
    return fact["not_loaded"] if is_unknown else fact["otherwise"]


def is_missing(line, person):
    "Whether what a line reads is not on file, so that it may hold all the same"
    if "coded" in line:
        return not person.conditions_loaded
    if "medication" in line:
        return not person.medications_loaded
    return not person.results_loaded if "lab" in line else person_may_fit(line, person)


def number(line, key, default=None):
    value = line.get(key, default)
    return SET[value] if isinstance(value, str) else value


def since(line, default_months=None):
    "The first day that still counts; None for any"
    days, months = number(line, "within_days"), number(line, "within_months")
    if days is None and months is None:
        if default_months is None:
            return None
        months = default_months
    return AS_OF - relativedelta(months=months or 0) - timedelta(days=days or 0)


def coded(line, person, chosen):
    first = since(line)
    return any(
        one.concept in chosen(line["coded"])
        and line.get("entity", one.entity) == one.entity
        and not ("unless" in line and one.is_resolved)
        and (first is None or one.last_onset >= first)
        for one in person.findings
    )


def eras(person, concepts):
    found = []
    for start, end in sorted(
        (one.start, one.end) for one in person.medications if one.concept in concepts
    ):
        if found and start <= found[-1][1] + timedelta(days=SET["era_gap_days"]):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def medication(line, person, chosen):
    first, longer = since(line, SET["era_reaches_months"]), number(line, "longer_than_months")
    return any(
        end >= first
        and not (line.get("active") and end < AS_OF)
        and (longer is None or min(end, AS_OF) > start + relativedelta(months=longer))
        for start, end in eras(person, chosen(line["medication"]))
    )


def side(one):
    "Of the laboratory's own limits: where every value that the result may have lies; None where it crosses one"
    low, high, value = one.reference_low, one.reference_high, one.value
    if high is not None and (high <= 0 or (low is not None and high <= low)):  # a placeholder
        low = high = None
    least = None if one.comparator in ("<", "<=") else value
    most = None if one.comparator in (">", ">=") else value
    if None not in (high, least) and (least, one.comparator == ">") > (high, False):
        return "above"
    if None not in (low, most) and (most, one.comparator != "<") < (low, True):
        return "below"
    if (high if one.analyte in ("mma", "homocysteine") else low) is None:  # the worse side
        return "no limit"
    is_over_low = low is None or (least is not None and least >= low)
    is_under_high = high is None or (most is not None and most <= high)
    return "within" if is_over_low and is_under_high else None


def lab(line, person, _):
    mine = [one for one in person.results if one.analyte == line["lab"]]
    judge = side if "limit" in line else BAND_OF[line["lab"]]
    asked = [line["limit"]] if "limit" in line else line["words"]
    judged = [one for one in mine if judge(one) is not None]
    fitting = [one for one in judged if judge(one) in asked]
    first = since(line)
    if line.get("reads") == "any":
        return any(first is None or one.day >= first for one in fitting)
    last = max(judged, key=lambda one: one.day, default=None)
    if last not in fitting or (first is not None and last.day < first):
        return False
    apart = number(line, "apart_days")
    return apart is None or any(one.day <= last.day - timedelta(days=apart) for one in fitting)


def person_fits(line, person, _):
    earliest, latest = person.born if person.born else (None, None)
    older, younger = number(line, "age_from"), number(line, "age_below")
    if older is not None and not (latest and latest <= AS_OF - relativedelta(years=older)):
        return False
    if younger is not None and not (earliest and earliest > AS_OF - relativedelta(years=younger)):
        return False
    return "sex" not in line or person.sex in line["sex"]


def person_may_fit(line, person):
    earliest, latest = person.born if person.born else (date.min, date.max)
    older, younger = number(line, "age_from"), number(line, "age_below")
    if older is not None and earliest > AS_OF - relativedelta(years=older):
        return False
    if younger is not None and latest <= AS_OF - relativedelta(years=younger):
        return False
    return "sex" not in line or person.sex in (*line["sex"], "unknown")

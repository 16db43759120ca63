"""When B12 was given, in which form, and what is due: protocol §2, Medication eras, and §4, monitoring, in
plain Python from the text."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from tests.generative.oracle.bands import LOWS, word
from tests.generative.timelines import AS_OF, SET


def months_ago(name):
    return AS_OF - relativedelta(months=SET[name])


def days_after(day, name):
    return day + timedelta(days=SET[name])


def covered(record):
    "From when to when a record covers"
    if record.end is not None:
        end = record.end
    elif record.supply is not None:
        end = record.start + timedelta(days=record.supply)
    elif record.status == "active":
        end = AS_OF
    else:
        end = days_after(record.start, "era_without_end_days")
    if record.route == "injection":
        end = max(end, days_after(record.start, "injection_covers_days"))
    return record.start, end


def eras(line):
    found = []
    for start, end in sorted(map(covered, line.records)):
        if found and start <= days_after(found[-1][1], "era_gap_days"):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def is_active(line):
    return bool(eras(line)) and days_after(eras(line)[-1][1], "era_gap_days") >= AS_OF


def therapy_start(line):
    "T0, the start of the active era"
    return eras(line)[-1][0] if is_active(line) else None


def active_records(line):
    "Those that cover the as-of date; in the days of grace those that ended last"
    if not is_active(line):
        return []
    until = min(AS_OF, eras(line)[-1][1])
    return [record for record in line.records if covered(record)[1] >= until]


def b12_therapy(line):
    if not line.records:
        return "none"
    if not is_active(line):
        return "lapsed"
    routes = {record.route for record in active_records(line)}
    return "im" if "injection" in routes else "oral" if "oral" in routes else "route_unknown"


def b12_supply(line):
    return "overdue" if is_active(line) and eras(line)[-1][1] < AS_OF else "other"


def therapy_began(line):
    if not line.records:
        return "never"
    return "long_ago" if eras(line)[-1][0] < months_ago("cause_tests_months") else "recently"


def cyanocobalamin(line):
    forms = {record.form for record in active_records(line)}
    return (
        "yes" if "cyanocobalamin" in forms else "form_unknown" if "form_unknown" in forms else "no"
    )


def days_treated_since(line, day):
    return sum(max(0, (end - max(start, day)).days) for start, end in eras(line))


def is_untreated_since(line, day):
    return not is_active(line) and days_treated_since(line, day) < SET["raised_until_treated_days"]


def is_late(line, day):
    start = therapy_start(line)
    return bool(start and day and day > days_after(start, "late_on_therapy_days"))


def monitoring(line):
    start = therapy_start(line)
    if start is None:
        return "not_on_therapy"
    answer = opened = None
    for months in (3, 6, *range(12, 12 * 100, 12)):
        day = start + relativedelta(months=months) - timedelta(days=SET["monitoring_window_days"])
        if day > AS_OF:
            break
        answer, opened = f"due_{months}_months" if months <= 12 else "due_annual", day
    is_done = answer is None or all(
        any(one.analyte == analyte and one.day >= opened for one in line.results)
        for analyte in ("total_b12", "homocysteine", "mma")
    )
    return "not_due" if is_done else answer


def loading(line):
    start = therapy_start(line)
    if b12_therapy(line) != "im" or not (
        months_ago("loading_until_months")
        <= start
        <= AS_OF - timedelta(days=SET["loading_from_days"])
    ):
        return "other"
    last = start + timedelta(days=SET["loading_days"] - 1)
    mine = [one for one in line.records if one.route == "injection" and start <= one.start <= last]
    days = {one.start for one in mine}
    is_course = start in days and all(map(is_single, mine))
    is_short = len(days) < SET["loading_injections"]
    return "incomplete" if is_course and is_short and is_measured_low(line, start) else "other"


def is_single(record):
    if record.end is not None:
        return (record.end - record.start).days <= 1
    return record.supply <= 1 if record.supply is not None else record.status != "active"


def is_measured_low(line, start):
    since = start - timedelta(days=SET["loading_low_before_days"])
    return any(
        one.day >= since
        and (
            (one.analyte == "total_b12" and word(line, one) in LOWS)
            or (one.analyte == "active_b12" and word(line, one) == "low")
        )
        for one in line.results
    )

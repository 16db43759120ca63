"""Generated time lines of one patient up to AS_OF: results, records of B12, signs and diagnoses, on days at and beside
every edge of protocol §2.

The edges come from the settings of the pack. A day is drawn from those before AS_OF, and from those that follow from what
the time line holds already.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from tests.clinic import pack

AS_OF = date(2026, 1, 31)
SET = pack().setting
CHECKS = (3, 6, 12, 24, 36)  # months after T0 at which monitoring is due: protocol §4


@dataclass(frozen=True)
class Result:
    """A usable result in the canonical unit of its analyte; censored where the comparator is not `=`."""

    analyte: str
    comparator: str
    value: Decimal
    day: date
    laboratory: str | None = None
    method: str | None = None


@dataclass(frozen=True)
class Record:
    """A record of B12. form: cyanocobalamin, form_unknown or other_form."""

    start: date
    end: date | None
    supply: int | None
    status: str
    route: str
    form: str = "other_form"


@dataclass(frozen=True)
class Finding:
    """A coded sign or diagnosis, or a clinician's note.

    last_onset: the last day of an onset known as a month. is_abated: its status says so.
    """

    concept: str
    onset: date
    last_onset: date
    abated: date | None
    is_abated: bool


@dataclass(frozen=True)
class Timeline:
    """What is on file of one patient. birth: the first and last day on which it may be. local: the local rows by which the
    pack judges its results, by band."""

    results: list
    records: list
    findings: list
    birth: tuple | None = None
    local: dict = field(default_factory=dict)


VALUES = {  # at and beside each edge; censored ones within a band, across an edge, and with the edge
    "total_b12": "100 179.9 180 185 203 203.3055 250 299.9 300 350 350.1 500 500.1 600 <150 <180 <=180 <200 <203.3055"
    " <=203.3055 <300 <400 >250 >=300 >=350 >350 >=500 >500 >2000",
    "mma": "150 271 271.1 300 1000 1000.1 1500 <271 <=271 <400 >200 >=271 >271 >=1000 >1000",
    "active_b12": "20 24.9 25 70 70.1 90 <25 <=25 <50 >=25 >=70 >70",
    "homocysteine": "9.9 10 12 <10 <=10 <15 >9 >=10",
    "egfr": "40 59.9 60 95 <60 <=60 <90 >30 >=60 >60 >90",
}  # fmt: skip
CONCEPTS = (
    "neuro_ataxia_gait", "neuropathy_diabetic", "neuro_falls", "headache_tierB_primary", "headache_tierB_primary",
    "headache_tierB_migraine_optional", "headache_unrelated_to_b12", "ckd_stage3_5", "dialysis", "renal_impairment",
    "b12_deficiency",
)  # fmt: skip


def _beside(days):
    return {day + timedelta(days=off) for day in days for off in (-1, 0, 1)}


def _ago(days=0, months=0):
    return AS_OF - relativedelta(months=months) - timedelta(days=days)


def _edges():
    lengths = {number for name, number in SET.items() if name.endswith("_days")}
    months = {number for name, number in SET.items() if name.endswith("_months")}
    opening = {
        _ago(months=check) + timedelta(days=SET["monitoring_window_days"]) for check in CHECKS
    }
    far = {_ago(days) for days in (0, 60, 210, 400, 800, 1500, 3000)}
    return opening | far | {_ago(n) for n in lengths} | {_ago(months=n) for n in months}


DAYS = sorted(day for day in _beside(_edges()) if day <= AS_OF)
LATE = [day for day in DAYS if day >= _ago(months=30)]
OLD = [day for day in DAYS if day < _ago(months=23)]
LENGTHS = sorted(
    {0, 1, 2, 60, 400, *(length + off for length in (30, 150, 180) for off in (-1, 0, 1))}
)


def timeline(random):
    records = _records(random)
    beside = _beside(_turns(records))
    results = _results(random, ("total_b12", "active_b12", "homocysteine"), beside)
    pairs = {
        result.day + timedelta(days=days)
        for result in results for days in (-SET["mma_before_b12_days"], 0)
    }  # fmt: skip
    results += _results(random, ("mma",), _beside(pairs) | beside)
    results += _results(random, ("egfr",), ())
    return Timeline(results + _second_egfr(random, results), records, _findings(random, beside))


def _turns(records):
    "The days relative to the beginning and the end of B12 at which something turns"
    for record in records:
        for days in (-SET["loading_low_before_days"], 0, SET["late_on_therapy_days"]):
            yield record.start + timedelta(days=days)
        for check in CHECKS:
            opening = timedelta(days=SET["monitoring_window_days"])
            yield record.start + relativedelta(months=check) - opening
        for end in {record.start + timedelta(days=SET["injection_covers_days"]), record.end} - {
            None
        }:
            yield end + timedelta(days=SET["on_treatment_after_days"])


def _results(random, analytes, beside):
    pools = [DAYS, LATE, OLD, *[sorted(day for day in beside if day <= AS_OF)] * 2]
    found = []
    for analyte in analytes:
        days = [
            random.choice(random.choice(pools) or DAYS)
            for _ in range(random.choice((0, 1, 1, 2, 3)))
        ]
        if days and random.random() < 0.2:  # two of one instant
            days.append(days[0])
        found += [_result(random, analyte, day) for day in days]
    return found


def _result(random, analyte, day):
    text = random.choice(VALUES[analyte].split())
    number = text.lstrip("<>=")
    return Result(analyte, text.removesuffix(number) or "=", Decimal(number), day)


def _second_egfr(random, results):
    "Perhaps another low one, as long before as makes a pair, or a day more or less"
    return [
        Result("egfr", "=", Decimal(50), result.day - timedelta(days=SET["egfr_pair_days"] + random.choice((-1, 0, 1))))
        for result in results if result.analyte == "egfr" and random.random() < 0.5
    ]  # fmt: skip


def _records(random):
    some = [_record(random) for _ in range(random.choice((0, 0, 0, 1, 1, 2, 4)))]
    return some + _course(random)


def _record(random):
    start, length = random.choice(random.choice((DAYS, LATE))), random.choice(LENGTHS)
    end, supply = random.choice(
        [(start + timedelta(days=length), None), (None, length), (None, None)]
    )
    return Record(
        start, end, supply,
        random.choice(("active", "ended", "administered")),
        random.choice(("injection", "oral", "unknown")),
        random.choice(("cyanocobalamin", "form_unknown", "other_form", "other_form")),
    )  # fmt: skip


def _course(random):
    "Perhaps some single injections from one day on"
    if random.random() < 0.75:
        return []
    start = random.choice([day for day in DAYS if day < AS_OF - timedelta(days=28)])
    offsets = random.sample((0, 0, 2, 5, 7, 20, 27, 28, 60), random.randint(1, 8))
    days = [start + timedelta(days=offset) for offset in offsets]
    return [Record(day, day, None, "administered", "injection") for day in days if day <= AS_OF]


def _findings(random, beside):
    days = sorted(day for day in beside if day <= AS_OF) or DAYS
    found = []
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        onset = random.choice(random.choice((LATE, LATE, DAYS, days, [AS_OF + timedelta(days=1)])))
        if found and random.random() < 0.5:  # beside another: the day of a note and of its headache
            onset = found[-1].onset + timedelta(days=random.choice((-1, 0, 1)))
        month = timedelta(days=random.choice((0, 0, 0, 1, 30)))
        abated = random.choice(
            (None, None, AS_OF, AS_OF + timedelta(days=1), onset - timedelta(days=1), _ago(100))
        )
        concept = random.choice(CONCEPTS)
        found.append(Finding(concept, onset, onset + month, abated, random.random() < 0.1))
    return found

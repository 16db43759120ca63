"""Declared facts, drawn at random: the SQL answers as protocol/README.md says, over records at and beside every edge."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
from dateutil.relativedelta import relativedelta
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.protocol.concepts import meanings_of
from pipeline.protocol.facts import chosen_concepts
from pipeline.protocol.tables import register_pack
from tests.clinic import build, clinic, pack, select
from tests.generative.oracle.declared import answer
from tests.generative.timelines import AS_OF
from tests.unit.protocol.declared import with_facts

CODED = ("coeliac", "glossitis", "nice_risk_condition", "nitrous_oxide", "neuro_ataxia_gait")
DRUGS = ("nice_risk_drug", "metformin", "ppi")
SELECTORS = (
    ["coeliac"],
    ["glossitis", "coeliac"],
    ["nice_risk_*"],
    ["nitrous*"],
    ["neuro/definite"],
    ["shown/*"],
)
MEDICINES = (["nice_risk_drug"], ["metformin/*"], ["ppi", "nice_risk_*"])
BACK = {"within_days": (30, 90), "within_months": (6, 12)}
LONGER = ("metformin_months", 2, 12)
VALUES = {"mma": (200, 271, 272, 400), "total_b12": (150, 200, 300, 400)}
WORDS = {
    "mma": (["raised"], ["not_raised"]),
    "total_b12": (["low", "low_molar_only"], ["borderline"], ["above"]),
}
SIDES = ("above", "within", "below")
AGES = (16, 40, 60)
EDGES = {AS_OF - timedelta(days=days) for days in (0, 30, 90, 400)} | {
    AS_OF - relativedelta(months=months) for months in (2, 4, 6, 12, 24)
}
DAYS = sorted(day + timedelta(days=off) for day in EDGES for off in (-1, 0, 1))


@dataclass(frozen=True)
class Finding:
    entity: str
    concept: str
    onset: date
    last_onset: date
    is_resolved: bool


@dataclass(frozen=True)
class Medication:
    concept: str
    start: date
    end: date


@dataclass(frozen=True)
class Result:
    analyte: str
    comparator: str
    value: Decimal
    day: date
    reference_low: Decimal | None
    reference_high: Decimal | None


@dataclass(frozen=True)
class Person:
    born: tuple | None
    sex: str
    findings: list
    medications: list
    results: list
    conditions_loaded: bool
    medications_loaded: bool
    results_loaded: bool


def back(random):
    key = random.choice((None, *BACK))
    return {key: random.choice(BACK[key])} if key else {}


def line(random):
    kind = random.choice(("coded", "coded", "medication", "lab", "lab", "person"))
    made = {"answer": random.choice("abc")}
    if kind == "coded":
        made |= {"coded": random.choice(SELECTORS)} | back(random)
        made |= random.choice(({}, {"unless": "resolved"}, {"entity": "procedure"}))
    elif kind == "medication":
        made |= {"medication": random.choice(MEDICINES)} | back(random)
        made |= random.choice(({}, {"active": True}, {"longer_than_months": random.choice(LONGER)}))
    elif kind == "lab":
        analyte = random.choice(tuple(VALUES))
        made |= {"lab": analyte} | back(random)
        made |= random.choice(
            ({"limit": random.choice(SIDES)}, {"words": random.choice(WORDS[analyte])})
        )
        made |= random.choice(
            (
                {},
                {"reads": "any"},
                *[{"reads": "two_apart", "apart_days": random.choice((30, 60))}] * 2,
            )
        )
    else:
        ages = random.choice(
            ({"age_from": random.choice(AGES)}, {"age_below": random.choice(AGES)}, {})
        )
        made |= ages or {"sex": ["female"]}
    return made


def fact(random):
    lines = [line(random) for _ in range(random.choice((1, 2, 3, 4)))]
    return {"answers": lines, "otherwise": "none", "not_loaded": "not_loaded"}


def some(random, make):
    return [make(random) for _ in range(random.choice((0, 0, 1, 1, 2, 3)))]


def finding(random):
    onset = random.choice(DAYS[:-1])
    return Finding(
        random.choice(("condition", "condition", "procedure")), random.choice(CODED), onset,
        onset + timedelta(days=random.choice((0, 0, 0, 1, 29))), random.random() < 0.3,
    )  # fmt: skip


def medication(random):
    start = random.choice(DAYS[:-1])
    return Medication(
        random.choice(DRUGS),
        start,
        start + timedelta(days=random.choice((0, 29, 30, 60, 61, 123, 400))),
    )


def result(random):
    analyte = random.choice(tuple(VALUES))
    limits = random.choice(((None, None), (None, 271), (200, 300), (200, None), (0, 0), (300, 200)))
    return Result(
        analyte, random.choice(("=", "=", "=", "<", "<=", ">", ">=")), Decimal(random.choice(VALUES[analyte])),
        random.choice([day for day in DAYS if day <= AS_OF]), *(None if one is None else Decimal(one) for one in limits),
    )  # fmt: skip


def one_a_day(results):
    return list({(one.analyte, one.day): one for one in results}.values())


def person(random, **loaded):
    day = (
        AS_OF - relativedelta(years=random.choice(AGES)) + timedelta(days=random.choice((-1, 0, 1)))
    )
    born = random.choice(
        (None, (day, day), (day, day), (day - timedelta(days=9), day + timedelta(days=9)))
    )
    has = lambda make, key: some(random, make) if loaded[key] else []  # noqa: E731
    return Person(
        born, random.choice(("female", "male", "unknown")),
        [one for one in has(finding, "conditions_loaded") if one.onset <= AS_OF],
        has(medication, "medications_loaded"), one_a_day(has(result, "results_loaded")), **loaded,
    )  # fmt: skip


def rows_of(one, table):
    if table == "patient":
        first, last = one.born or (None, None)
        return [{"birth_on": first, "birth_latest_on": last, "sex": one.sex}]
    if table == "medication":
        return [{"code": each.concept, "concepts": each.concept, "start_on": each.start, "end_on": each.end, "status": "ended",
                 "route": "unknown"} for each in one.medications]  # fmt: skip
    if table == "lab_result":
        return [_result_row(each) for each in one.results]
    day = {"condition": "onset", "procedure": "performed"}[table]
    return [
        {"code": each.concept, "concepts": each.concept, f"{day}_on": each.onset, f"{day}_latest_on": each.last_onset,
         "status": "abated" if each.is_resolved else "counted"}
        for each in one.findings if each.entity == table
    ]  # fmt: skip


def _result_row(one):
    return {
        "analyte": one.analyte, "value": str(one.value), "comparator": one.comparator, "status": "final",
        "value_reported": f"{one.comparator}{one.value}", "collected_on": one.day,
        "collected_at": datetime.combine(one.day, time(), UTC), "reference_low": one.reference_low,
        "reference_high": one.reference_high,
    }  # fmt: skip


def answered(people, facts, entities):
    "The answers of the SQL: {patient: {fact: answer}}"
    con = clinic(str(AS_OF), loaded="|".join(entities))
    register_pack(con, with_facts(**facts))
    for table in ("patient", "lab_result", "medication", "condition", "procedure"):
        filled = {"source": "canonical", "sha256": "x", "file": table, "place": 0}
        rows = [
            filled | {"patient_id": name} | row
            for name, one in people.items()
            for row in rows_of(one, table)
        ]
        if rows:
            con.register(
                "given", pa.Table.from_pylist([row | {"line": n} for n, row in enumerate(rows)])
            )
            con.execute(f"insert into lake.{table} by name from given")
    build(con, "screening.combination_fact", "screening.patient_combination")
    found = {}
    for row in select(
        con,
        "(from screening.patient_combination join screening.combination_fact using (combination))",
    ):
        found.setdefault(row["patient_id"], {})[row["fact"]] = row["answer"]
    return found


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])  # a seed does not shrink
@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
def test_a_declared_fact_has_the_answer_that_its_lines_give(seed):
    random = Random(seed)
    loaded = {
        "conditions_loaded": random.random() < 0.8, "medications_loaded": random.random() < 0.8,
        "results_loaded": random.random() < 0.8,
    }  # fmt: skip
    entities = ["patient", *(["lab_result"] if loaded["results_loaded"] else []), *(["condition", "procedure"] if loaded["conditions_loaded"] else []),
                *(["medication"] if loaded["medications_loaded"] else [])]  # fmt: skip
    facts = {f"own_{number:02}": fact(random) for number in range(20)}
    people = {f"p{number:03}": person(random, **loaded) for number in range(150)}
    concepts = meanings_of(pack())
    found = answered(people, facts, entities)
    for name, one in people.items():
        wanted = {
            key: answer(fact, one, lambda names: chosen_concepts(names, concepts))
            for key, fact in facts.items()
        }
        mine = {key: found[name][key] for key in wanted}
        assert mine == wanted, (
            one,
            {k: (facts[k], mine[k], wanted[k]) for k in wanted if mine[k] != wanted[k]},
        )

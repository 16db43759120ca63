"""What a local code or unit can be mapped to: the concepts of the protocol, and its units."""

from dataclasses import dataclass
from functools import cache

from pipeline.profiles import known_units, unit_key
from pipeline.protocol import code_rows, proposals, vocabulary
from pipeline.sources.code_search import all_codes, search_codes

DRUGS = ("metformin", "acid_suppressant", "b12_therapy", "folic_acid")
DRUG_MEANINGS = ("methotrexate", "nice_risk_drug", "nitrous_oxide")
ALL = 1_000_000


@dataclass(frozen=True)
class Target:
    """A concept of the protocol, by the code that a map gives for it.

    meaning, effect: in words. source: where the protocol has the code from. codes: how many codes
    that were searched for mean the same.
    """

    concept: str
    code_system: str
    code: str
    name: str
    meaning: str
    effect: str
    source: str
    codes: int = 1


def targets(entity, text=""):
    """The Targets for codes of an entity that fit every word of a text, as by `search_codes`, one
    for each concept: all of them without a text."""
    rows = search_codes(text, ALL)[0] if text.strip() else all_codes()
    found = {}
    for row in rows:
        if _is_of(entity, row):
            found.setdefault(row["concept"], []).append(row)
    return [_target(rows) for rows in found.values()]


def suggested(entity, text):
    """The Targets of what a text resembles, as a name in another language or misspelt may."""
    proposal = proposals(entity, [text]).get(text)
    return targets(entity, proposal.code) if proposal else []


def _target(rows):
    row = rows[0]
    shown = {name: row[name] or "" for name in ("concept", "code_system", "meaning", "effect")}
    key = row["concept"], row["code_system"], row["code"]
    return Target(
        **shown,
        code=row["code"].rstrip("*"),
        name=row["name"] or row["code"],
        source=_sources().get(key) or "",
        codes=len(rows),
    )


@cache
def _sources():
    return {
        (concept, system, code): source or "" for concept, system, code, _, source in code_rows()
    }


@cache
def _facts():
    return {row["concept"]: (row["fact"], row["means"]) for row in vocabulary("concept")}


@cache
def _entities():
    "Of code systems that have codes of one entity, the entity"
    only = {row["code_system"]: row["entity"] for row in vocabulary("code_system_entity")}
    return {**only, "NAME": "medication"}


def _is_of(entity, row):
    "Whether a code is one of results, of drugs, or of diagnoses and procedures"
    if _entities().get(row["code_system"], entity) != entity:
        return False
    fact, means = _facts().get(row["concept"], ("", ""))
    if entity == "lab_result":
        return fact == "lab"
    is_drug = fact in DRUGS or means in DRUG_MEANINGS
    if entity == "medication":
        return is_drug or fact == "trap"
    return fact != "lab" and (not is_drug or (entity == "procedure" and fact == "b12_therapy"))


@dataclass(frozen=True)
class UnitTarget:
    """A unit that a delivered one can stand for, for a test. factor: of the value in the test's own
    unit `canonical`; None: the protocol rejects results in it."""

    unit: str
    analyte: str
    canonical: str
    factor: float | None

    @property
    def example(self):
        "What a value of 100 would count as"
        return None if self.factor is None else 100 * self.factor


def canonical_unit(analyte):
    """The unit in which values of a test are kept; None for a test in words."""
    return next((row["unit"] for row in vocabulary("analyte") if row["analyte"] == analyte), None)


def unit_targets(analytes):
    """The UnitTargets of these tests, in the protocol's order."""
    return [
        UnitTarget(
            str(row["unit"]),
            str(row["analyte"]),
            canonical_unit(row["analyte"]) or "",
            float(row["factor"]) if row["factor"] else None,
        )
        for row in vocabulary("unit")
        if row["analyte"] in analytes
    ]


def suggested_unit(delivered, chosen):
    """The unit that a delivered spelling begins with, as `pg/mL (serum)` does, where one of these
    UnitTargets is it and is accepted; None. A letter may change the scale: a spelling that is only
    alike suggests nothing."""
    accepted = {target.unit for target in chosen if target.factor is not None}
    text = unit_key(delivered)
    begins = [spelling for spelling in known_units() if text.startswith(spelling)]
    found = known_units()[max(begins, key=len)] if begins else None
    return found if found in accepted else None

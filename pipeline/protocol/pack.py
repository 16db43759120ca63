"""The protocol pack: YAML and CSV in `protocol/`, and its meaning in a few lines of plain Python.

`decide` and `assess` are the definition; the SQL is tested against them over every combination of
facts.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pipeline.core import (
    DEFAULT_PACK,
    PROTOCOL,
    YAML_ERRORS,
    InvalidProtocol,
    fault,
    parse_yaml,
    read_text,
)
from pipeline.protocol.facts import answers_of

PACKS_KEPT = 8  # in memory


@dataclass(frozen=True)
class Rule:
    """One row of a decision table: it fits when every named fact has one of the listed answers."""

    id: str
    when: dict
    outcome: str
    priority: int = 0
    cites: tuple = ()
    because: str = ""

    def fits(self, facts):
        return all(facts[fact] in answers for fact, answers in self.when.items())


@dataclass(frozen=True)
class Decision:
    """An ordered decision table; `collects` when every row that fits counts, else the first that
    fits decides."""

    name: str
    rules: tuple
    collects: bool = False


@dataclass(frozen=True, eq=False)
class Pack:
    """A protocol pack as read: `text` is the file's, `raw` what its YAML holds, `decisions` its
    tables in the order in which they read each other, `facts` the closed list of answers of every
    base fact. Read-only: everybody shares the object."""

    name: str
    path: Path
    text: str = field(repr=False)
    raw: dict = field(repr=False)
    decisions: tuple = field(repr=False)
    facts: dict = field(repr=False)

    def decision(self, name):
        return next(decision for decision in self.decisions if decision.name == name)

    @property
    def setting(self):
        return {name: entry["value"] for name, entry in self.raw["settings"].items()}


def load(pack=DEFAULT_PACK):
    """Read the pack of this name from `protocol/`, or from a path; the same Pack as long as the
    file's text is the same. Raises InvalidProtocol."""
    path = Path(pack) if str(pack).endswith(".yaml") else PROTOCOL / f"{pack}.yaml"
    try:
        return _parsed(path, read_text(path))
    except FileNotFoundError:
        known = ", ".join(sorted(one.stem for one in PROTOCOL.glob("*.yaml")))
        raise InvalidProtocol(
            f"The protocol pack {pack} does not exist. Known packs: {known}; or give the path of a"
            " YAML file."
        ) from None
    except YAML_ERRORS as error:
        raise unreadable(path, error) from None


def unreadable(path, error):
    """The InvalidProtocol for one of YAML_ERRORS."""
    return InvalidProtocol(f"{path} cannot be read as a protocol pack: {fault(error)}.")


def band_rows(band):
    """Every row of a band as (part, position, row): its tiles, then its censored intervals."""
    for part in ("tiles", "censored"):
        for position, row in enumerate(band.get(part) or ()):
            yield part, position, row


@lru_cache(PACKS_KEPT)
def _parsed(path, text):
    raw = parse_yaml(text)
    decisions = tuple(_decisions(raw))
    facts = {name: answers_of(entry) for name, entry in raw["facts"].items()}
    return Pack(name=raw["pack"], path=path, text=text, raw=raw, decisions=decisions, facts=facts)


def load_or_shipped(pack):
    """The pack of a run by its name, else the shipped one: a run whose pack is gone can still be
    read."""
    try:
        return load(pack)
    except InvalidProtocol:
        return load()


def _decisions(raw):
    for fact, entry in raw["derived"].items():
        yield Decision(
            fact, (*(Rule(fact, when, "yes") for when in entry["yes_when"]), Rule(fact, {}, "no"))
        )
    yield Decision("next_step", tuple(_rule(row) for row in raw["next_step"]))
    yield Decision("safety", tuple(_rule(row) for row in raw["safety"]), collects=True)
    yield Decision("cause", tuple(_rule(row) for row in raw["cause"]))
    yield Decision(
        "flags", tuple(_rule(row) for row in raw["flags"] if "when" in row), collects=True
    )
    yield Decision("cohorts", tuple(_rule(row) for row in raw["cohorts"]), collects=True)


def _rule(row):
    return Rule(
        id=row["id"],
        when=row["when"],
        outcome=row.get("outcome", row["id"]),
        priority=row.get("priority", 0),
        cites=tuple(row.get("cites", ())),
        because=row.get("because", ""),
    )


def decide(rules, facts):
    """The first rule that fits: the definition the SQL is tested against."""
    return next(rule for rule in rules if rule.fits(facts))


def collect(rules, facts):
    """Every rule that fits, each outcome once, in the order of the table."""
    return list({rule.outcome: rule for rule in reversed(rules) if rule.fits(facts)}.values())[::-1]


def facts_read(pack, names):
    """The facts of these names, and all that the derived ones among them read."""
    read, waiting = set(), list(names)
    while waiting:
        fact = waiting.pop()
        if fact not in read:
            read.add(fact)
            lines = pack.raw["derived"].get(fact, {}).get("yes_when", ())
            waiting += [name for line in lines for name in line]
    return read


def derive(pack, facts):
    """The facts with the derived ones beside them."""
    known = dict(facts)
    for fact in pack.raw["derived"]:
        known[fact] = decide(pack.decision(fact).rules, known).outcome
    return known


def assess(pack, facts):
    """What the protocol says of one patient's facts: every decision, the priority, and the facts
    decided on.

    facts: answer by base fact. Returns a dict with `facts, rule, next_step, safety, cause, flags,
    cohorts, priority`.
    """
    known = derive(pack, facts)
    rule = decide(pack.decision("next_step").rules, known)
    known |= {"rule": rule.id, "next_step": rule.outcome}
    known["cause"] = decide(pack.decision("cause").rules, known).outcome
    safety, flags = (collect(pack.decision(name).rules, known) for name in ("safety", "flags"))
    priorities = [found.priority for found in (rule, *safety, *flags) if found.priority]
    return {
        "facts": known,
        "rule": rule,
        "next_step": rule.outcome,
        "safety": safety,
        "cause": known["cause"],
        "flags": flags,
        "cohorts": [cohort.outcome for cohort in collect(pack.decision("cohorts").rules, known)],
        "priority": min(priorities, default=0),
    }


def first_action(pack, row):
    """What is to be done first of an assessed row: its next step, or the alert or flag that gives
    the row its priority where the step's rule does not. `sql/worklist/tonight.sql` asks the
    same."""
    deciding = _outcomes_of(pack, row["priority"]) if row["priority"] else {}
    if not deciding or (row["rule"], row["next_step"]) in deciding["next_step"]:
        return row["next_step"]
    asking = [
        each for name in ("safety", "flags") for each in row[name] if ("", each) in deciding[name]
    ]
    return asking[0] if asking else row["next_step"]


@lru_cache(maxsize=64)
def _outcomes_of(pack, priority):
    "The outcomes of the lines of a priority, those of next_step with their rule"
    return {
        name: {
            (rule.id if name == "next_step" else "", rule.outcome)
            for rule in pack.decision(name).rules
            if rule.priority == priority
        }
        for name in ("next_step", "safety", "flags")
    }

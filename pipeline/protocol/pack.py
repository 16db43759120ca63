"""The protocol pack: YAML and CSV in `protocol/`, and its meaning in a few lines of plain Python.

`decide` and `assess` are the definition; the SQL is tested against them over every combination of
facts.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from pipeline.core import DEFAULT_PACK, PROTOCOL, YAML_ERRORS, InvalidProtocol
from pipeline.protocol.action_labels import labels_of, texts_of
from pipeline.protocol.concepts import concepts_in
from pipeline.protocol.facts import answers_of
from pipeline.protocol.inherited import merged
from pipeline.protocol.pack_files import (
    BASED_ON,
    CONCEPTS,
    PACK,
    PackFile,
    files_at,
    kept_as,
    kept_files,
    raw_of,
    unreadable,
    write_files,
)
from pipeline.protocol.signed_text import signed_sha256

PACKS_KEPT = 8  # in memory
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"  # of a file, on any disk, and of a run without blanks


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
    """A protocol pack as read: `read` are its PackFiles, `own` what its YAML holds, `raw` the same
    with what it inherits, texts and labels of its actions apart, `decisions` its tables in the
    order in which they read each other,
    `facts` the closed list of answers of every base fact, `concepts` the rows of the table beside
    it. Read-only: everybody shares the object."""

    name: str
    read: tuple[PackFile, ...] = field(repr=False)
    own: dict = field(repr=False)
    raw: dict = field(repr=False)
    decisions: tuple = field(repr=False)
    facts: dict = field(repr=False)
    concepts: tuple = field(repr=False, default=())

    def decision(self, name):
        return next(decision for decision in self.decisions if decision.name == name)

    def file(self, role):
        """Its PackFile of a role, None without one."""
        return next((file for file in self.read if file.role == role), None)

    @property
    def versioned_name(self):
        """Its name and version, as people read it."""
        return f"{self.name} {self.raw['version']}"

    @property
    def path(self):
        "Of its own file"
        return self.read[0].path

    @property
    def text(self):
        "Of its own file"
        return self.read[0].text

    @property
    def files(self):
        """Its files as (path below a run's folder `protocol`, text): the pack's own, the table of
        concepts, the base."""
        return kept_as(self.read, self.name)

    @cached_property
    def sha256(self):
        """The SHA-256 of its file in hex or, of several, that of a list of their SHA-256: the same
        wherever the files are."""
        digests = [hashlib.sha256(file.text.encode()).hexdigest() for file in self.read]
        if len(digests) == 1:
            return digests[0]
        listed = zip(self.read, digests, strict=True)
        text = "".join(f"{file.role} {digest}\n" for file, digest in listed)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def signed_sha256(self):
        """What a signature of it counts for: its files and the common tables of meanings, as they
        are now."""
        return signed_sha256(self.sha256)

    def keep(self, folder):
        """Keep its files in the folder of a run, for `pack_of_run`."""
        write_files(self.read, folder, name=self.name)

    @property
    def labels(self):
        """What it calls its next steps, by name, of those that have a label of their own."""
        return self.raw["labels"]

    @property
    def setting(self):
        return {name: entry["value"] for name, entry in self.raw["settings"].items()}


def load(pack=DEFAULT_PACK):
    """Read the pack of this name from `protocol/`, or from a path; the same Pack as long as the
    texts of its files are the same. Raises InvalidProtocol."""
    path = Path(pack) if str(pack).endswith(".yaml") else PROTOCOL / f"{pack}.yaml"
    try:
        return _parsed(files_at(path))
    except FileNotFoundError:
        known = ", ".join(shipped_packs())
        raise InvalidProtocol(
            f"The protocol pack {pack} does not exist. Known packs: {known}; or give the path of a"
            " YAML file."
        ) from None
    except YAML_ERRORS as error:
        raise unreadable(path, error) from None


def shipped_packs():
    """The names of the packs in `protocol/`, in order."""
    return tuple(sorted(path.stem for path in PROTOCOL.glob("*.yaml")))


def pack_of_run(folder, protocol, *, is_needed=True):
    """The pack that a run was screened by, as it keeps it in its folder; of a run of an earlier
    version, which keeps none, that of its name as it is now.

    protocol: what the run's manifest says of it, its `pack`, `sha256` and `is_signed`, which
    earlier versions do not say. is_needed: where there is none of this name any more,
    InvalidProtocol is raised; else the shipped pack is returned. Raises InvalidProtocol where what
    the run keeps is damaged, was changed, or is gone.
    """
    files = kept_files(folder)
    if files is None:
        if protocol.is_signed is not None:
            raise InvalidProtocol(
                f"{folder} does not keep the protocol {protocol.pack} that the run was screened by"
                " any more. Restore the folder from a backup, or screen again."
            )
        return load(protocol.pack) if is_needed else _load_or_shipped(protocol.pack)
    try:
        pack = _parsed(files)
    except YAML_ERRORS as error:
        raise unreadable(files[0].path, error) from None
    if protocol.sha256 != pack.sha256:
        raise InvalidProtocol(
            f"{files[0].path.parent} is not the protocol that the run was screened by: a file of it"
            " was changed. Restore the folder from a backup, or screen again."
        )
    return pack


def _load_or_shipped(pack):
    "A run whose pack is gone can still be read"
    try:
        return load(pack)
    except InvalidProtocol:
        return load()


def band_rows(band):
    """Every row of a band as (part, position, row): its tiles, then its censored intervals."""
    for part in ("tiles", "censored"):
        for position, row in enumerate(band.get(part) or ()):
            yield part, position, row


@lru_cache(PACKS_KEPT)
def _parsed(files):
    by_role = {file.role: file for file in files}
    raw = own = raw_of(by_role[PACK].text)
    theirs = None
    if base := by_role.get(BASED_ON):
        theirs = _base_of(base)
        raw = merged(own, theirs)
    named = labels_of(own["actions"], (theirs or {}).get("actions"))
    raw = {**raw, "actions": texts_of(own["actions"]), "labels": named}
    concepts = ()
    if table := by_role.get(CONCEPTS):
        concepts = concepts_in(table.path, table.text)
        raw = {**raw, "concepts": [row.shown for row in concepts]}
    return Pack(
        name=_safe(raw["pack"], by_role[PACK].path), read=files, own=own, raw=raw,
        decisions=tuple(_decisions(raw)), concepts=concepts,
        facts=_facts(raw),
    )  # fmt: skip


def _base_of(file):
    "What the YAML of a base holds; a fault of it is told as one of its file"
    try:
        raw = raw_of(file.text)
        merged(raw, raw)
    except YAML_ERRORS as error:
        raise unreadable(file.path, error) from None
    return raw


def _safe(name, path):
    if not re.fullmatch(NAME, str(name)):
        raise InvalidProtocol(
            f"{path}: the name in pack: must consist of letters, digits, dots, hyphens and"
            " underscores, at most 60, and begin with a letter or digit."
        )
    return str(name)


def _facts(raw):
    return {name: answers_of(entry) for name, entry in raw["facts"].items()}


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

"""The examples of a pack: small patients, and what must come out for each of them."""

from dataclasses import dataclass
from datetime import date

from pipeline.protocol.example_records import record_problems, rows_of_records
from pipeline.protocol.example_tables import COLUMNS, canonical_rows, table_problems
from pipeline.protocol.pack import assess
from pipeline.protocol.pack_files import BASED_ON, raw_of
from pipeline.protocol.tables import vocabulary

DAY = date(2026, 1, 31)  # as of which an example is screened that does not say so
EXPECTED = ("next_step", "rule", "priority", "safety", "flags", "cause", "facts")
KEYS = ("title", "as_of", "not_loaded", "records", *COLUMNS, "expect")
LINES = ("next_step", "safety")  # sections whose lines need an example
LISTS = ("safety", "flags")
CODED = ("medication", "condition", "procedure")
PRIORITIES = range(5)  # 0: not on the worklist
MAY_BE_MISSING = ("medication", "condition")  # entities whose extract an example may say is missing


@dataclass(frozen=True)
class Example:
    """An example of a pack. number: its place, from 1. not_loaded: extracts that were never loaded.
    tables: the rows of each entity, in canonical columns, without the patient's id. expected: by
    EXPECTED; no alert where it says none."""

    number: int
    title: str
    as_of: date
    not_loaded: tuple[str, ...]
    tables: dict
    expected: dict

    @property
    def patient_id(self):
        return f"example-{self.number:03}"

    @property
    def is_apart(self):
        """Whether a record is in a code system that is not known: by its share of such rows it is
        judged whether an extract is understood, so the example is to be ingested alone."""
        known = {row["alias"] for row in vocabulary("code_system")}
        return any(
            row.get("code_system", "").upper() not in known
            for entity in CODED
            for row in self.tables.get(entity, ())
        )


def examples_of(pack):
    """The Examples of a pack that has no `example_problems`, in order."""
    return tuple(
        _example(number, entry)
        for number, entry in enumerate(pack.raw.get("examples") or (), start=1)
    )


def _example(number, entry):
    as_of = entry.get("as_of", DAY)
    said = rows_of_records(entry["records"], as_of) if "records" in entry else {}
    drawn = {name: canonical_rows(name, entry[name]) for name in COLUMNS if name in entry}
    tables = {name: [*said.get(name, ()), *drawn.get(name, ())] for name in {**said, **drawn}}
    return Example(
        number, entry["title"], as_of, tuple(entry.get("not_loaded", ())), tables,
        {"safety": [], **entry["expect"]},
    )  # fmt: skip


def example_problems(pack):
    """What is wrong with the form of the examples of a pack, as (where, what)."""
    entries = pack.raw.get("examples")
    if entries is None:
        return
    if not isinstance(entries, list):
        yield ("examples",), "examples is not a list"
        return
    answers = _known_answers(pack)
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield ("examples", place), f"example {place + 1} is not a mapping with title and expect"
            continue
        found = (*_entry_problems(entry), *_expectation_problems(entry, answers))
        for where, what in found:
            yield ("examples", place, *where), f"example {place + 1}: {what}"


def _entry_problems(entry):
    for key in entry.keys() - set(KEYS):
        yield (key,), f"{key} is not known; known are {', '.join(KEYS)}"
    if not isinstance(entry.get("title"), str) or not entry["title"].strip():
        yield (), "title is missing"
    if type(entry.get("as_of", DAY)) is not date:
        yield ("as_of",), "as_of is not a date, written as 2026-01-31"
    missing = entry.get("not_loaded", [])
    if not isinstance(missing, list) or set(map(str, missing)) - set(MAY_BE_MISSING):
        yield ("not_loaded",), f"not_loaded is a list of {', '.join(MAY_BE_MISSING)}"
        missing = []
    yield from _record_problems(entry, missing)


def _record_problems(entry, missing):
    tables = [name for name in COLUMNS if name in entry]
    if not tables and "records" not in entry:
        yield (), f"it has neither records nor a table of them: one of {', '.join(COLUMNS)}"
    for name in tables:
        if name in missing:
            yield (name,), f"{name} has records, and is in not_loaded"
        yield from (((name,), f"{name} {what}") for what in table_problems(name, entry[name]))
    if "records" not in entry:
        return
    wrong = [*record_problems(entry["records"])]
    for place, what in wrong:
        yield ("records",) if place is None else ("records", place), f"records: {what}"
    said = rows_of_records(entry["records"], DAY) if not wrong else {}
    for name in said.keys() & {*missing}:
        yield ("records",), f"records: there are some of {name}, which is in not_loaded"


def _expectation_problems(entry, known):
    expected = entry.get("expect")
    if not isinstance(expected, dict) or not expected:
        yield (), f"expect must say what comes out, by one of {', '.join(EXPECTED)}"
        return
    for key, value in expected.items():
        where = ("expect", key)
        if key not in EXPECTED:
            yield where, f"{key} cannot be expected; known are {', '.join(EXPECTED)}"
        elif key == "facts":
            yield from _fact_problems(value, known)
        elif (key in LISTS) != isinstance(value, list):
            yield where, f"{key} is {'' if key in LISTS else 'not '}a list"
        else:
            for each in value if key in LISTS else [value]:
                if isinstance(each, bool) or each not in known[key]:
                    yield where, f"{key}: {each} is none of {', '.join(map(str, known[key]))}"


def _fact_problems(facts, known):
    if not isinstance(facts, dict):
        yield ("expect", "facts"), "facts is a list of lines, each a fact and its answer"
        return
    for fact, answer in facts.items():
        where = ("expect", "facts", fact)
        if fact not in known["facts"]:
            yield where, f"the fact {fact} does not exist"
        elif isinstance(answer, bool):
            yield where, f'{fact}: write "yes" or "no" in quotation marks'
        elif answer not in known["facts"][fact]:
            yield where, f"{fact}: {answer} is none of {', '.join(known['facts'][fact])}"


def _known_answers(pack):
    outcomes = {
        name: tuple(dict.fromkeys(row.get("outcome", row["id"]) for row in pack.raw[name]))
        for name in ("safety", "cause", "flags")
    }
    derived = dict.fromkeys(pack.raw["derived"], ("yes", "no"))
    rules = tuple(dict.fromkeys(row["id"] for row in pack.raw["next_step"]))
    return outcomes | {
        "next_step": tuple(pack.raw["actions"]), "rule": rules, "priority": PRIORITIES,
        "facts": pack.facts | derived,
    }  # fmt: skip


def unexpected(pack):
    """For each rule of `next_step` and alert of `safety` that needs an example and that none of the
    pack expects, (where, what). Nothing of a pack without examples: see `has_examples`."""
    if not has_examples(pack):
        return
    expected = [entry["expect"] for entry in pack.raw["examples"]]
    shown = {
        "next_step": {one.get("rule") for one in expected},
        "safety": {alert for one in expected for alert in one.get("safety", ())},
    }
    for section, place, row in _own_lines(pack):
        name = row["id"] if section == "next_step" else row["outcome"]
        if name not in shown[section]:
            yield (section, place), f"no example expects {name} of {section}"
            shown[section].add(name)


def undecided(pack, decided):
    """For each line of `next_step` and `safety` that needs an example and decided none of those
    that were tried, (where, what). decided: the (section, place) of those that did, see
    `deciding_lines`."""
    for section, place, row in _own_lines(pack):
        if (section, place) not in decided:
            yield (section, place), f"no example is decided by this line of {row['id']}"


def _own_lines(pack):
    "Each (section, place, row) but those that stand word for word in the pack that it is based on"
    base = pack.file(BASED_ON)
    theirs = raw_of(base.text) if base else {}
    for section in LINES:
        for place, row in enumerate(pack.raw[section]):
            if row not in theirs.get(section, ()):
                yield section, place, row


def deciding_lines(pack, facts):
    """The (section, place) of the lines that decide the next step and each alert of one patient's
    facts: of several lines of one alert that fit, the first. facts: answer by base fact."""
    known = assess(pack, facts)["facts"]
    first = {}
    for section in LINES:
        for place, rule in enumerate(pack.decision(section).rules):
            if rule.fits(known):
                first.setdefault(
                    section if section == "next_step" else rule.outcome, (section, place)
                )
    return tuple(first.values())


def has_examples(pack):
    """Whether a pack has any example."""
    return bool(pack.raw.get("examples"))

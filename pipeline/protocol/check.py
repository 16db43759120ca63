"""The checks of `b12 protocol check`: every problem of a pack as (file, line, message)."""

import csv
import re
from datetime import date
from functools import lru_cache

from pipeline.core import PROTOCOL, YAML_ERRORS, lines_of
from pipeline.protocol.action_labels import action_problems
from pipeline.protocol.check_bands import band_problems
from pipeline.protocol.check_digits import check_digit_is_wrong
from pipeline.protocol.check_facts import fact_problems, unread_concepts
from pipeline.protocol.concepts import concept_problems
from pipeline.protocol.examples import example_problems, undecided, unexpected
from pipeline.protocol.facts import is_declared
from pipeline.protocol.inherited import is_own
from pipeline.protocol.pack import PACKS_KEPT, band_rows, load
from pipeline.protocol.pack_files import BASED_ON, CONCEPTS, PACK, raw_of, unreadable
from pipeline.protocol.placeholders import placeholder_problems
from pipeline.protocol.quality_settings import quality_setting_problems
from pipeline.protocol.reach import reach_problems

DECISION_FACTS = ("rule", "next_step", "cause")
HEAD = ("version", "title", "author", "checker", "reviewed", "next_review", "notice")
WORD = r"[a-z][a-z0-9_]{0,59}"
VERSION = r"[A-Za-z0-9._+-]{1,19}"


def problems(pack, codes=PROTOCOL / "codes"):
    """Every problem of the pack and of the code files, as sorted (file, line, message). Raises
    InvalidProtocol for a pack whose structure is wrong."""
    try:
        found = _pack_problems(pack, load())
    except YAML_ERRORS as error:
        raise unreadable(pack.path, error) from None
    return sorted({*found, *_code_problems(codes), *quality_setting_problems()})


def missing_examples(pack, decided=None):
    """The rules and alerts that no example of a pack shows, as (file, line, message); none of a
    pack without examples. They make a pack unfit to be signed, not to be screened with.

    decided: of examples that were tried, the lines that decided, as `deciding_lines`: then each
    line of a rule needs one."""
    place = _places(pack)
    missing = unexpected(pack) if decided is None else undecided(pack, decided)
    return [(*place(where), message) for where, message in missing]


@lru_cache(PACKS_KEPT)
def _pack_problems(pack, shipped):
    found = [
        *fact_problems(pack, shipped),
        *_head_problems(pack),
        *_name_problems(pack),
        *band_problems(pack, shipped),
        *_answer_problems(pack, shipped),
        *_setting_problems(pack, shipped),
        *_word_problems(pack),
        *(reach_problems(pack) if not any(_word_problems(pack)) else ()),
        *_citation_problems(pack),
        *action_problems(pack),
        *example_problems(pack),
    ]
    place = _places(pack)
    return [*((*place(where), message) for where, message in found), *_table_problems(pack)]


def _places(pack):
    "A function from the way to a value to its (file, line): of the base where it is inherited"
    own, base = pack.file(PACK), pack.file(BASED_ON)
    lines = {file.role: lines_of(file.text) for file in (own, base) if file}

    def place(where):
        if base is None or is_own(pack.own, where):
            return str(own.path), lines[PACK](where)
        if where[0] == "flags":
            row = pack.raw["flags"][where[1]]
            where = ("flags", raw_of(base.text)["flags"].index(row), *where[2:])
        return str(base.path), lines[BASED_ON](where)

    return place


def _head_problems(pack):
    for name in HEAD:
        if pack.raw.get(name) in (None, ""):
            yield (), f"{name} is missing"
    if "concepts" in pack.own:
        yield ("concepts",), f"concepts belongs into {pack.path.stem}.concepts.csv"
    for name in ("reviewed", "next_review"):
        if pack.raw.get(name) and type(pack.raw[name]) is not date:
            yield (name,), f"{name} is not a date, written as 2027-05-29"
    if not re.fullmatch(VERSION, str(pack.raw.get("version") or "-")):
        yield (
            ("version",),
            "version may have letters, digits and . _ + - only, at most 19 of them",
        )


def _declared(pack):
    return {name for name, entry in pack.raw["facts"].items() if is_declared(entry)}


def _table_problems(pack):
    "Of the table of concepts; that of a base counts for the base alone, so a pack says its own"
    if table := pack.file(CONCEPTS):
        found = [*concept_problems(pack.concepts, _declared(pack)), *unread_concepts(pack)]
        yield from ((str(table.path), line, message) for line, message in found)
    elif base := pack.file(BASED_ON):
        theirs = base.path.with_name(f"{base.path.stem}.concepts.csv")
        if theirs.is_file():
            message = (
                f"{theirs.name} counts for {base.path.stem} alone: copy it to"
                f" {pack.path.stem}.concepts.csv, with the rows that count for this pack too"
            )
            yield str(pack.path), 1, message


def _name_problems(pack):
    "Names become columns and words of SELECTs"
    for section in ("settings", "bands", "facts", "derived"):
        for name in pack.raw[section]:
            if not re.fullmatch(WORD, str(name)):
                yield (section, name), f"{section}: {name} is no name: use a to z, 0 to 9 and _"
    for name, answers in pack.facts.items():
        for answer in answers:
            if not re.fullmatch(WORD, str(answer)):
                yield ("facts", name), f"fact {name}: {answer} is no answer: use a to z, 0 to 9, _"


def _setting_problems(pack, shipped):
    for name, entry in pack.raw["settings"].items():
        if (
            isinstance(entry["value"], bool)
            or not isinstance(entry["value"], int | float)
            or entry["value"] < 0
        ):
            yield ("settings", name), f"setting {name} is not a number of 0 or more"
    for name in shipped.raw["settings"].keys() - pack.raw["settings"].keys():
        yield ("settings",), f"setting {name} is missing"


def _answer_problems(pack, shipped):
    """A band gives answers of its fact. A band without a fact, such as that of the eGFR, is read by
    a SELECT and keeps the answers of the shipped pack."""
    bands, shipped_bands = pack.raw["bands"], shipped.raw["bands"]
    for name in sorted(shipped_bands.keys() - bands.keys()):
        yield ("bands",), f"band {name} is missing"
    for name, band in bands.items():
        known = pack.facts.get(name) or [
            row["answer"] for *_, row in band_rows(shipped_bands.get(name, {}))
        ]
        for *where, row in band_rows(band):
            if "answer" not in row:
                yield ("bands", name, *where), f"band {name}: a row has no answer"
            elif known and row["answer"] not in known:
                yield (
                    ("bands", name, *where),
                    f"band {name}: {row['answer']} is none of its answers",
                )


def _tables(pack):
    """(section, position, row, facts the row may read) of every row of every table, in the order of
    decision."""
    facts = dict(pack.facts)
    for name, entry in pack.raw["derived"].items():
        for position, when in enumerate(entry["yes_when"]):
            yield ("derived", name, "yes_when", position), {"id": name, "when": when}, dict(facts)
        facts[name] = ["yes", "no"]
    for section in ("next_step", "safety", "cause", "flags", "cohorts"):
        for position, row in enumerate(pack.raw[section]):
            yield (section, position), row, dict(facts)
        if section == "next_step":
            facts["rule"] = [row["id"] for row in pack.raw[section]]
            facts["next_step"] = list(pack.raw["actions"])
        if section == "cause":
            facts["cause"] = [row["outcome"] for row in pack.raw[section]]


def _word_problems(pack):
    for where, row, facts in _tables(pack):
        for fact, answers in row.get("when", {}).items():
            if fact not in facts:
                yield (
                    (*where, "when"),
                    f"{row['id']} reads the fact {fact}, which does not exist",
                )
                continue
            for answer in answers:
                if answer not in facts[fact]:
                    yield (
                        (*where, "when"),
                        f"{row['id']} requires {fact} = {answer}, but {fact} has no such answer",
                    )
        if where[0] == "next_step" and row["outcome"] not in pack.raw["actions"]:
            yield where, f"{row['id']} has the outcome {row['outcome']}, which is not an action"


def _citation_problems(pack):
    rows = [
        ((section, n), row)
        for section in ("next_step", "safety", "cause", "flags")
        for n, row in enumerate(pack.raw[section])
    ]
    for where, row in rows:
        if not row.get("because"):
            yield where, f"{row['id']} has no reason"
        for what in placeholder_problems(pack, row.get("because", "")):
            yield where, f"{row['id']}: {what}"
        if not row.get("cites") and (row.get("priority") or where[0] in ("safety", "flags")):
            yield where, f"{row['id']} has no citation (missing citation)"
        for cite in row.get("cites", ()):
            if cite.split(" §")[0] not in pack.raw["sources"]:
                yield (
                    where,
                    f"{row['id']} cites {cite}, which is not listed in the sources of this pack",
                )
    named = [
        (section, name, entry)
        for section in ("bands", "settings")
        for name, entry in pack.raw[section].items()
    ]
    yield from (
        ((section, name), f"{section[:-1]} {name} has no citation (missing citation)")
        for section, name, entry in named
        if not entry.get("cites")
    )


def _code_problems(folder):
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                if wrong := check_digit_is_wrong(row.get("code_system"), row.get("code")):
                    yield str(path), number, wrong
